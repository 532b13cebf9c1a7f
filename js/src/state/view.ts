/** What one drawing of the widget has to itself: ids, theme, width. Everything else is shared with other views. */

import { effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { newRequestId } from "../kernel/connection";
import type { JobView } from "../kernel/protocol.gen";
import type { Session } from "./session";
import { type Theme, watchTheme } from "./theme";

/** Below this the chips become selects: the same line that the stylesheet draws. */
const NARROW_PIXELS = 480;

export interface View {
  readonly session: Session;
  /** Prefix of every id: a page may hold many widgets, each with its own copy of this module. */
  readonly id: string;
  readonly theme: ReadonlySignal<{ theme: Theme; revision: number }>;
  readonly isNarrow: ReadonlySignal<boolean>;
  /** A job of the history that is looked at in place of the newest; null looks at the newest. */
  readonly selectedJob: Signal<JobView | null>;
  /** The picked jobs stand side by side in place of the form. */
  readonly isComparing: Signal<boolean>;
}

/** A new job is what everybody wants to see. */
function watchSelection({ connection }: Session, until: AbortSignal): Signal<JobView | null> {
  const shown = signal<JobView | null>(null);
  let newest = connection.job.peek()?.id;
  const end = effect(() => {
    const { id } = connection.job.value ?? {};
    if (id !== newest) shown.value = null;
    newest = id;
  });
  until.addEventListener("abort", end, { once: true });
  return shown;
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

export function createView(session: Session, node: Element, until: AbortSignal): View {
  return {
    session,
    id: `videogen-${newRequestId().slice(0, 8)}`,
    theme: watchTheme(node, until),
    isNarrow: watchWidth(node, until),
    selectedJob: watchSelection(session, until),
    isComparing: signal(false),
  };
}
