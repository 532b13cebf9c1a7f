/** A label that says "Copied" in its place for a moment, and keeps its width. */

import type { ComponentChildren } from "preact";
import { strings } from "../text/strings";

export function CopiedLabel({ isCopied, children }: { isCopied: boolean; children: ComponentChildren }) {
  return (
    <span class="videogen-said" data-said={isCopied}>
      <span>{children}</span>
      <span aria-live="polite">{isCopied ? strings.copied : ""}</span>
    </span>
  );
}
