/** How far a compared job is: a ring with the reported percent, dashes where none is reported, and about how long it takes. */

import { isOpen } from "../kernel/job-state";
import type { JobView } from "../kernel/protocol.gen";
import { getCardState } from "../state/appearance";
import type { View } from "../state/view";
import * as format from "../text/format";
import { strings as page } from "../text/strings";
import { fill } from "../text/template";
import { strings } from "./strings";

/** A compared job is shown by its own state, whatever the state of the page and the kernel. */
const PLAIN_INPUTS = { hasForm: true, disconnected: false, broken: false };

export const nameState = (job: JobView): string => page.tileState[getCardState({ job, ...PLAIN_INPUTS })];
const isMade = ({ state }: JobView) => state === "running" || state === "saving";
export const getPercent = (job: JobView): number | null =>
  job.state === "saving" ? 100 : job.state === "running" ? job.progress : null;

/** About how many seconds a job still takes, by how long such jobs took; null where that is not known. */
export const estimateLeft = (job: JobView, elapsed: number): number | null =>
  isOpen(job) && job.usual !== null ? Math.max(0, job.usual - elapsed) : null;

function describeTime(job: JobView, elapsed: number): string {
  const left = estimateLeft(job, elapsed);
  if (!isMade(job)) return job.status || nameState(job);
  if (left !== null && left > 0 && getPercent(job) !== null)
    return fill(strings.left, { time: format.duration(left) });
  return job.usual === null ? nameState(job) : fill(strings.usually, { time: format.duration(job.usual) });
}

export function JobProgress({ view, job }: { view: View; job: JobView }) {
  const elapsed = view.session.connection.clock.secondsSince(job.created_at);
  const percent = getPercent(job);
  const shown = percent === null ? (isMade(job) ? format.clock(elapsed) : "") : format.percent(percent);
  return (
    <div class="videogen-compared-progress" style={{ "--videogen-at": String(percent ?? 0) }}>
      <span class="videogen-ink" aria-hidden="true" />
      <span
        class={`videogen-ring${percent === null ? " is-open" : ""}`}
        role="progressbar"
        aria-label={job.model}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent === null ? undefined : Math.floor(percent)}
      >
        <bdi dir="ltr">{shown}</bdi>
      </span>
      <span class="videogen-state-note">{describeTime(job, elapsed)}</span>
    </div>
  );
}
