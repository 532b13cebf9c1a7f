/** How far a job is known to have come: what was reported, never less than before, never a guess. */

import type { JobView } from "./protocol.gen";

export interface Progress {
  readonly job: string;
  /** The highest percent reported while making, floored at nothing: null until one is reported. */
  readonly making: number | null;
  /** Percent of the file on disk; known only when its size is. */
  readonly saving: number | null;
}

const within = (value: number) => Math.min(100, Math.max(0, value));
const highest = (before: number | null, now: number | null) =>
  now === null || !Number.isFinite(now) ? before : Math.max(before ?? 0, within(now));

export function advance(before: Progress | null, job: JobView | null): Progress | null {
  if (job === null) return null;
  const same = before?.job === job.id ? before : null;
  const saved =
    job.saved_bytes !== null && job.total_bytes ? (job.saved_bytes / job.total_bytes) * 100 : null;
  return {
    job: job.id,
    making: highest(same?.making ?? null, job.state === "running" ? job.progress : null),
    saving: highest(same?.saving ?? null, job.state === "saving" ? saved : null),
  };
}

export interface Bar {
  /** What may be said: aria-valuenow and the percent in words. */
  readonly known: number | null;
  /** How wide the bar is drawn; null drifts. */
  readonly drawn: number | null;
  /** Drawn by time passed against what is usual here, not by anything reported. */
  readonly ghost?: boolean;
}

/** A ghost comes this far and no further: the rest is the service's to say. */
const GHOST_END = 95;

/** A bar where nobody reports a percent: time passed against the usual time, drawn in dashes, never said in words. */
export function ghostOf(bar: Bar, job: JobView | null, elapsed: number): Bar {
  if (bar.drawn !== null || job?.state !== "running" || job.usual === null) return bar;
  return { known: null, drawn: Math.min(GHOST_END, (elapsed / job.usual) * 100), ghost: true };
}

/**
 * The bar of a state. Saving after a reported percent keeps the bar full, because the making is complete and the bar
 * must not start again from nothing; the bytes are then told in words only.
 */
export function barOf(state: JobView["state"], progress: Progress | null): Bar {
  if (state === "saving") {
    const known = progress?.making == null ? (progress?.saving ?? null) : null;
    return { known, drawn: progress?.making == null ? known : 100 };
  }
  const known = state === "running" ? (progress?.making ?? null) : null;
  return { known, drawn: known };
}
