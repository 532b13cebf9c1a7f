/** How far a job is known to have come: what was reported, never less than before, never a guess. */

import type { JobView } from "./protocol.gen";

export interface Progress {
  readonly job: string;
  /** The highest percent reported while making, floored at nothing: null until one is reported. */
  readonly generating: number | null;
  /** Percent of the file on disk; known only when its size is. */
  readonly saving: number | null;
}

const clamp = (value: number) => Math.min(100, Math.max(0, value));
const raise = (before: number | null, now: number | null) =>
  now === null || !Number.isFinite(now) ? before : Math.max(before ?? 0, clamp(now));

export function advance(before: Progress | null, job: JobView | null): Progress | null {
  if (job === null) return null;
  const same = before?.job === job.id ? before : null;
  const saved =
    job.saved_bytes !== null && job.total_bytes ? (job.saved_bytes / job.total_bytes) * 100 : null;
  return {
    job: job.id,
    generating: raise(same?.generating ?? null, job.state === "running" ? job.progress : null),
    saving: raise(same?.saving ?? null, job.state === "saving" ? saved : null),
  };
}

export interface Bar {
  /** What may be said: aria-valuenow and the percent in words. */
  readonly percent: number | null;
  /** How wide the bar is drawn; null drifts. */
  readonly width: number | null;
  /** Drawn by time passed against what is usual here, not by anything reported. */
  readonly isEstimate?: boolean;
}

/** A ghost comes this far and no further: the rest is the service's to say. */
const MAX_ESTIMATE = 95;

/** A bar where nobody reports a percent: time passed against the usual time, drawn in dashes, never said in words. */
export function estimateBar(bar: Bar, job: JobView | null, elapsed: number): Bar {
  if (bar.width !== null || job?.state !== "running" || job.usual === null) return bar;
  return { percent: null, width: Math.min(MAX_ESTIMATE, (elapsed / job.usual) * 100), isEstimate: true };
}

/**
 * The bar of a state. Saving after a reported percent keeps the bar full, because the making is complete and the bar
 * must not start again from nothing; the bytes are then told in words only.
 */
export function getBar(state: JobView["state"], progress: Progress | null): Bar {
  if (state === "saving") {
    const percent = progress?.generating == null ? (progress?.saving ?? null) : null;
    return { percent, width: progress?.generating == null ? percent : 100 };
  }
  const percent = state === "running" ? (progress?.generating ?? null) : null;
  return { percent, width: percent };
}
