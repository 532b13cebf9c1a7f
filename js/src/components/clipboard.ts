/** Copies texts, and says so for a moment. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** How long "Copied" is shown. */
const FEEDBACK_MILLISECONDS = 2000;

/** Safari copies only a text that was promised within the click; the others wait for it. */
async function writePromised(text: Promise<string>): Promise<void> {
  if (typeof ClipboardItem === "undefined") return navigator.clipboard.writeText(await text);
  const blob = text.then((value) => new Blob([value], { type: "text/plain" }));
  return navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
}

/** Copy a text; false where the page has no access to the clipboard. */
export async function writeClipboard(text: string | Promise<string>): Promise<boolean> {
  try {
    if (typeof text === "string") await navigator.clipboard.writeText(text);
    else await writePromised(text);
    return true;
  } catch {
    return false;
  }
}

/** A flag that is true for a moment. */
export function useMoment(): readonly [isOn: boolean, start: () => void] {
  const [isOn, setOn] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useLayoutEffect(() => () => clearTimeout(timer.current), []);
  const start = () => {
    setOn(true);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setOn(false), FEEDBACK_MILLISECONDS);
  };
  return [isOn, start];
}
