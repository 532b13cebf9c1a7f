/** What one drawing of the widget has to itself: ids, theme, width. Everything else is shared with other views. */

import { type ReadonlySignal, signal } from "@preact/signals";
import { newRequestId } from "./host";
import type { Session } from "./session";
import { type Theme, watchTheme } from "./theme";

/** Below this the chips become selects: the same line that the stylesheet draws. */
const NARROW_PIXELS = 480;

export interface View {
  readonly session: Session;
  /** Prefix of every id: a page may hold many widgets, each with its own copy of this module. */
  readonly id: string;
  readonly theme: ReadonlySignal<{ theme: Theme; turn: number }>;
  readonly isNarrow: ReadonlySignal<boolean>;
}

function watchWidth(node: Element, until: AbortSignal): ReadonlySignal<boolean> {
  const isNarrow = signal(false);
  const read = () => {
    const width = node.clientWidth;
    if (width > 0) isNarrow.value = width < NARROW_PIXELS;
  };
  read();
  if (typeof ResizeObserver !== "undefined") {
    const observer = new ResizeObserver(read);
    observer.observe(node);
    until.addEventListener("abort", () => observer.disconnect(), { once: true });
  }
  return isNarrow;
}

export function newView(session: Session, node: Element, until: AbortSignal): View {
  return {
    session,
    id: `videogen-${newRequestId().slice(0, 8)}`,
    theme: watchTheme(node, until),
    isNarrow: watchWidth(node, until),
  };
}
