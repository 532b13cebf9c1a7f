/** The progress of a job as it was reported: never lower than before, never guessed. */

import type { JobView } from "./protocol.gen";

export interface Progress {
  readonly job: string;
  /** The highest percent reported while the job runs; null until one is reported. */
  readonly generating: number | null;
  /** Percent of the file on disk; known only when its size is. */
  readonly saving: number | null;
}

/** What is known of how far a job is. */
export type Reported = Pick<JobView, "id" | "state" | "progress" | "saved_bytes" | "total_bytes">;

const clamp = (value: number) => Math.min(100, Math.max(0, value));
const raise = (before: number | null, now: number | null) =>
  now === null || !Number.isFinite(now) ? before : Math.max(before ?? 0, clamp(now));

export function advance(before: Progress | null, job: Reported | null): Progress | null {
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
  /** The percent in text and in aria-valuenow; null when none was reported. */
  readonly percent: number | null;
  /** The width of the bar in percent; null for an indeterminate bar. */
  readonly width: number | null;
  /** The width is estimated from the elapsed time, not reported. */
  readonly isEstimate?: boolean;
}

/** Percent; an estimate goes no further, since only the provider knows that a job has ended. */
const MAX_ESTIMATE = 95;

/** Estimate the bar of a job without a reported percent from its usual time; drawn dashed, and never given as text. */
export function estimateBar(bar: Bar, job: JobView | null, elapsed: number): Bar {
  if (bar.width !== null || job?.state !== "running" || job.usual === null) return bar;
  return { percent: null, width: Math.min(MAX_ESTIMATE, (elapsed / job.usual) * 100), isEstimate: true };
}

/**
 * The bar of a state. While the file is saved after a reported percent, the bar stays full instead of starting again;
 * the saved bytes are then given as text only.
 */
export function getBar(state: JobView["state"], progress: Progress | null): Bar {
  if (state === "saving") {
    const percent = progress?.generating == null ? (progress?.saving ?? null) : null;
    return { percent, width: progress?.generating == null ? percent : 100 };
  }
  const percent = state === "running" ? (progress?.generating ?? null) : null;
  return { percent, width: percent };
}
