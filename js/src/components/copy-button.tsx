/** A button that copies a text; where the page has no access to the clipboard, it selects the text instead. */

import { useRef, useState } from "preact/hooks";
import { strings } from "../text/strings";
import { IconButton } from "./button";
import { writeClipboard } from "./clipboard";

export function CopyButton({ text, label }: { text: string; label: string }) {
  const [feedback, setFeedback] = useState("");
  const fallback = useRef<HTMLPreElement>(null);
  const [isFallbackShown, showFallback] = useState(false);
  const onCopy = async () => {
    const isDone = await writeClipboard(text);
    showFallback(!isDone);
    setFeedback(isDone ? strings.copied : strings.selected);
    if (!isDone && fallback.current) getSelection()?.selectAllChildren(fallback.current);
  };
  return (
    <>
      <IconButton icon="copy" label={feedback || label} onClick={() => void onCopy()} />
      <span class="videogen-visually-hidden" aria-live="polite">
        {feedback}
      </span>
      <pre
        ref={fallback}
        dir="ltr"
        class={isFallbackShown ? "" : "videogen-visually-hidden"}
        aria-hidden={!isFallbackShown}
      >
        {text}
      </pre>
    </>
  );
}
