/** The values for the texts of a state; an unknown value is undefined, and its part is left out. */

import type { ErrorView, JobView } from "../kernel/protocol.gen";
import * as format from "../text/format";
import { type StringTable, strings } from "../text/strings";
import { fill, type Values } from "../text/template";

export interface StatusInputs {
  readonly job: JobView | null;
  /** As reported; null when none was. */
  readonly percent: number | null;
  /** Seconds since the job was created, by the kernel's clock. */
  readonly elapsed: number;
  /** Seconds until the next poll, when it is delayed. */
  readonly wait?: number | null;
}

const formatKnown = <T>(value: T | null | undefined, write: (value: T) => string): string | undefined =>
  value === null || value === undefined ? undefined : write(value);

/** Which text of `charge` is true, the most certain first; where nobody charges, there is no provider to quote. */
export function getChargeKey(error: ErrorView | null, isFree: boolean): keyof StringTable["charge"] | null {
  if (error === null) return null;
  if (error.charged === "yes") return "yes";
  if (error.sent === "no") return error.charged === "no" ? "nothing" : "notSent";
  if (error.charged === "no") return isFree ? "free" : "no";
  return isFree ? null : "unknown";
}

function getDetachedKey(job: JobView): keyof StringTable["fate"] {
  if (job.free) return "free";
  return job.can_cancel ? "cancellable" : "uncancellable";
}

/** Below this progress or time, an estimate of the remaining time would be a guess. */
const MIN_ESTIMATE_PERCENT = 10;
const MIN_ESTIMATE_SECONDS = 10;

function estimateRemaining(percent: number | null, elapsed: number): string | undefined {
  if (percent === null || percent < MIN_ESTIMATE_PERCENT || percent >= 100 || elapsed < MIN_ESTIMATE_SECONDS)
    return undefined;
  return format.clock((elapsed * (100 - percent)) / percent);
}

const canPlay = (): boolean =>
  typeof document === "undefined" ||
  document.createElement("video").canPlayType('video/mp4; codecs="avc1.640028"') !== "";

/** In these states the provider has the job, and makes it without us. */
const accepted: ReadonlySet<JobView["state"]> = new Set(["queued", "running", "saving", "unreachable"]);

/** Dollars, marked as an estimate where they are one; what is free is free. */
export function formatCost(cost: number, source: JobView["cost_source"]): string {
  const dollars = format.dollars(cost);
  return source === "estimated" && cost > 0 ? fill(strings.priceFact, { cost: dollars }) : dollars;
}

/** The values of a job: those of its clip, or without a clip those of its request. */
export function getStatusValues({ job, percent, elapsed, wait = null }: StatusInputs): Values {
  if (job === null) return {};
  const { clip, error } = job;
  const charge = getChargeKey(error, job.free);
  const pixels = clip?.width && clip.height ? `${clip.width}x${clip.height}` : job.size;
  const saved = job.saved_bytes;
  const total = job.total_bytes;
  return {
    provider: job.provider_label,
    word: job.status,
    percent: formatKnown(percent, format.percent),
    clock: format.clock(elapsed),
    left: estimateRemaining(percent, elapsed),
    usual: percent === null ? formatKnown(job.usual, format.duration) : undefined,
    runs: percent === null && job.usual !== null ? format.integer(job.runs) : undefined,
    oneGo: job.synchronous ? fill(strings.synchronous, { provider: job.provider_label }) : undefined,
    again: formatKnown(wait, format.clock),
    cost: formatKnown(job.cost, (cost) => formatCost(cost, job.cost_source)),
    codec: canPlay() ? undefined : strings.codec,
    took: formatKnown(job.finished_at, (at) => format.duration(at - job.created_at)),
    saved: saved !== null && total ? format.partialBytes(saved, total) : undefined,
    total: formatKnown(total || null, format.bytes),
    savedSoFar: total ? undefined : formatKnown(saved, format.bytes),
    length: formatKnown(clip?.seconds ?? job.duration, format.seconds),
    size: formatKnown(pixels, format.size),
    bytes: formatKnown(clip?.bytes, format.bytes),
    path: clip?.src,
    seed: formatKnown(job.seed, String),
    message: error?.message,
    found: error?.next,
    next: error?.next,
    charge: charge === null ? undefined : strings.charge[charge],
    mayExist: strings.mayExist[job.free ? "free" : "paid"],
    chargedAgain: job.free ? undefined : strings.chargedAgain,
    goesOn: accepted.has(job.state) && !job.synchronous ? job.provider_label : undefined,
    fate: fill(strings.fate[getDetachedKey(job)], { provider: job.provider_label }),
  };
}
