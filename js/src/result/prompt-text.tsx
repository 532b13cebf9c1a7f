/** The prompt in two lines; *more* shows all of it. In a box that scrolls it is whole. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { strings } from "../text/strings";

interface PromptTextProps {
  readonly id: string;
  readonly prompt: string;
  readonly isWhole: boolean;
}

export function PromptText({ id, prompt, isWhole }: PromptTextProps) {
  const node = useRef<HTMLParagraphElement>(null);
  const [isOpen, setOpen] = useState(false);
  const [isCut, setCut] = useState(false);
  useLayoutEffect(() => {
    const text = node.current;
    if (text === null || isOpen || isWhole) return;
    const read = () => setCut(text.scrollHeight > text.clientHeight + 1);
    read();
    if (typeof ResizeObserver === "undefined") return;
    const observer = new ResizeObserver(read);
    observer.observe(text);
    return () => observer.disconnect();
  }, [prompt, isOpen]);
  return (
    <div class="videogen-prompt-text">
      <p ref={node} id={id} dir="auto" data-open={isOpen || isWhole}>
        {prompt}
      </p>
      {isCut && (
        <button type="button" aria-expanded={isOpen} aria-controls={id} onClick={() => setOpen(!isOpen)}>
          {isOpen ? strings.lessText : strings.moreText}
        </button>
      )}
    </div>
  );
}
