/** A button that puts a text on the clipboard, or, where a page may not, selects it for a key to copy. */

import { useRef, useState } from "preact/hooks";
import { words } from "../text/strings";
import { Quiet } from "./button";

async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

export function Copy({ text, label }: { text: string; label: string }) {
  const [word, setWord] = useState("");
  const shown = useRef<HTMLPreElement>(null);
  const [isShown, setShown] = useState(false);
  const onCopy = async () => {
    const isDone = await copied(text);
    setShown(!isDone);
    setWord(isDone ? words.copied : words.selected);
    if (!isDone && shown.current) getSelection()?.selectAllChildren(shown.current);
  };
  return (
    <>
      <Quiet icon="copy" label={word || label} onClick={() => void onCopy()} />
      <span class="videogen-unseen" aria-live="polite">
        {word}
      </span>
      <pre ref={shown} dir="ltr" class={isShown ? "" : "videogen-unseen"} aria-hidden={!isShown}>
        {text}
      </pre>
    </>
  );
}
