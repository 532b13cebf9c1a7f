/** Whether the state of a job may still change. */

import type { JobView } from "./protocol.gen";

const ended = new Set<JobView["state"]>(["succeeded", "failed", "cancelled", "expired", "unknown_outcome"]);

export const isOpen = (job: Pick<JobView, "state" | "searching">): boolean =>
  job.searching || !ended.has(job.state);
