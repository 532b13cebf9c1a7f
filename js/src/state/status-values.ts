/** The values that the words of a state may mention; what is not known is left undefined, and its part unsaid. */

import type { ErrorView, JobView } from "../kernel/protocol.gen";
import * as format from "../text/format";
import { type Catalogue, words } from "../text/strings";
import { fill, type Values } from "../text/template";

export interface Known {
  readonly job: JobView | null;
  /** As reported, or null. */
  readonly percent: number | null;
  /** Seconds since the job was made, by the kernel's clock. */
  readonly elapsed: number;
  /** Seconds until the next look, where one is a while away. */
  readonly wait?: number | null;
}

const given = <T>(value: T | null | undefined, write: (value: T) => string): string | undefined =>
  value === null || value === undefined ? undefined : write(value);

/** The truth about money, most certain first; the local engine has no provider to quote. */
export function chargeOf(error: ErrorView | null, simulated: boolean): keyof Catalogue["charge"] | null {
  if (error === null) return null;
  if (error.charged === "yes") return "yes";
  if (error.sent === "no") return error.charged === "no" ? "nothing" : "notSent";
  if (error.charged === "no") return simulated ? "free" : "no";
  return simulated ? null : "unknown";
}

function fateOf(job: JobView): keyof Catalogue["fate"] {
  if (job.simulated) return "simulated";
  return job.can_cancel ? "cancellable" : "uncancellable";
}

/** Before this much is done, or time has passed, a rest worked out of it is a guess. */
const TELLING_PERCENT = 10;
const TELLING_SECONDS = 10;

function restOf(percent: number | null, elapsed: number): string | undefined {
  if (percent === null || percent < TELLING_PERCENT || percent >= 100 || elapsed < TELLING_SECONDS)
    return undefined;
  return format.clock((elapsed * (100 - percent)) / percent);
}

const canPlay = (): boolean =>
  typeof document === "undefined" ||
  document.createElement("video").canPlayType('video/mp4; codecs="avc1.640028"') !== "";

/** Clip facts where there is a clip, what was asked for where there is none yet. */
export function factsOf({ job, percent, elapsed, wait = null }: Known): Values {
  if (job === null) return {};
  const { clip, error } = job;
  const charge = chargeOf(error, job.simulated);
  const pixels = clip?.width && clip.height ? `${clip.width}x${clip.height}` : job.size;
  const saved = job.saved_bytes;
  const total = job.total_bytes;
  return {
    provider: job.provider_label,
    word: job.status,
    percent: given(percent, format.percent),
    clock: format.clock(elapsed),
    left: restOf(percent, elapsed),
    usual: percent === null ? given(job.usual, format.took) : undefined,
    runs: percent === null && job.usual !== null ? format.whole(job.runs) : undefined,
    oneGo: job.synchronous ? fill(words.synchronous, { provider: job.provider_label }) : undefined,
    again: given(wait, format.clock),
    cost: given(job.cost, format.dollars),
    codec: canPlay() ? undefined : words.codec,
    took: given(job.finished_at, (at) => format.took(at - job.created_at)),
    saved: saved !== null && total ? format.part(saved, total) : undefined,
    total: given(total || null, format.bytes),
    savedSoFar: total ? undefined : given(saved, format.bytes),
    length: given(clip?.seconds ?? job.duration, format.seconds),
    size: given(pixels, format.size),
    bytes: given(clip?.bytes, format.bytes),
    path: clip?.src,
    seed: given(job.seed, String),
    message: error?.message,
    found: error?.next,
    next: error?.next,
    charge: charge === null ? undefined : words.charge[charge],
    fate: fill(words.fate[fateOf(job)], { provider: job.provider_label }),
  };
}
