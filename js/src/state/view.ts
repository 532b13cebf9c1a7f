/** The state of one view: ids, theme, width, selection. Everything else is shared with other views. */

import { effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { newRequestId } from "../kernel/connection";
import type { JobView, KeyView } from "../kernel/protocol.gen";
import type { Session } from "./session";
import { type Theme, watchTheme } from "./theme";

/** Below this width selects take the place of chips; the stylesheet has the same breakpoint. */
const NARROW_PIXELS = 480;

/** What lies over the form and its result, in the same box: nothing below it moves. */
export type Overlay =
  /** The provider's models; `found` is what the test of its key said. */
  | { readonly kind: "models"; readonly found: KeyView | null }
  /** Servers on this machine. */
  | { readonly kind: "servers" }
  /** Clips to see beside a job's. */
  | { readonly kind: "clips"; readonly job: JobView };

export interface View {
  readonly session: Session;
  /** The prefix of all ids: a page can hold many widgets, each with its own copy of this module. */
  readonly id: string;
  readonly theme: ReadonlySignal<{ theme: Theme; revision: number }>;
  readonly isNarrow: ReadonlySignal<boolean>;
  /** The job of the history that is shown; null shows the newest job. */
  readonly selectedJob: Signal<JobView | null>;
  /** The selected jobs are compared in place of the form. */
  readonly isComparing: Signal<boolean>;
  readonly overlay: Signal<Overlay | null>;
  /** The provider whose key is asked for; null while none is. */
  readonly askedKey: Signal<string | null>;
  /** The field that takes the focus as soon as the form is drawn; null where none is asked for. */
  readonly wantedField: Signal<string | null>;
}

/** Return the selection; a new job resets it. */
function watchSelection({ connection }: Session, until: AbortSignal): Signal<JobView | null> {
  const selected = signal<JobView | null>(null);
  let newest = connection.job.peek()?.id;
  const end = effect(() => {
    const { id } = connection.job.value ?? {};
    if (id !== newest) selected.value = null;
    newest = id;
  });
  until.addEventListener("abort", end, { once: true });
  return selected;
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
    overlay: signal(null),
    askedKey: signal(null),
    wantedField: signal(null),
  };
}
