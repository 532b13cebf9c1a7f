/** What lies over the form and its result, or over a card: a heading that takes the focus, a way back, and what scrolls below. */

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { IconButton } from "../components/button";
import { strings } from "../parts/strings";

interface CoverFrameProps {
  readonly label: string;
  readonly heading: ComponentChildren;
  /** Buttons beside the heading. */
  readonly tools?: ComponentChildren;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

export function CoverFrame({ label, heading, tools, onClose, children }: CoverFrameProps) {
  const title = useRef<HTMLParagraphElement>(null);
  useLayoutEffect(() => title.current?.focus({ preventScroll: true }), []);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    onClose();
  };
  return (
    <fieldset class="videogen-cover" aria-label={label} onKeyDown={onKeyDown}>
      <div class="videogen-cover-head">
        <p ref={title} tabIndex={-1} class="videogen-key-found">
          {heading}
        </p>
        {tools}
        <IconButton bare icon="close" label={strings.back} onClick={onClose} />
      </div>
      {children}
    </fieldset>
  );
}
