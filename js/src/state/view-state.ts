/** Where things stand for one view: the row of the state table, and what only this view has seen. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { isOpen } from "../kernel/job-state";
import type { JobView } from "../kernel/protocol.gen";
import { type CardState, getCardState } from "./appearance";
import type { Session } from "./session";
import type { View } from "./view";

/** The state of this view's player, forgotten with the clip it belongs to. */
interface Playback {
  readonly clip: string | undefined;
  readonly broken: boolean;
  readonly attempt: number;
}

export interface ViewState {
  readonly state: CardState;
  readonly job: JobView | null;
  readonly playback: Playback;
  readonly setPlayback: (playback: Playback) => void;
  /** Seconds since an open job was made. */
  readonly elapsed: number;
  /** Seconds until the next look, where one is a while away. */
  readonly wait: number | null;
}

/** The newest job, or the one of the history that is looked at, with what became of it since. */
function getViewedJob({ session, selectedJob }: View): JobView | null {
  const newest = session.connection.job.value;
  const looked = selectedJob.value;
  if (looked === null || looked.id === newest?.id) return newest;
  return session.history.jobs.value.find(({ id }) => id === looked.id) ?? looked;
}

export function useViewState(view: View): ViewState {
  const { connection } = view.session;
  const job = getViewedJob(view);
  const clip = job?.clip?.src;
  const [kept, setPlayback] = useState<Playback>({ clip, broken: false, attempt: 0 });
  const playback = kept.clip === clip ? kept : { clip, broken: false, attempt: 0 };
  const hasForm = connection.form.value !== null;
  const elapsed = job && isOpen(job) ? connection.clock.secondsSince(job.created_at) : 0;
  const wait = job?.next_look_at && isOpen(job) ? connection.clock.secondsUntil(job.next_look_at) : null;
  const disconnected = connection.disconnected.value;
  const isSlow = job?.slow != null && elapsed > job.slow;
  const state = getCardState({
    job,
    hasForm,
    disconnected,
    broken: playback.broken,
    isSlow,
    isBackingOff: wait !== null,
  });
  return { state, job, playback, setPlayback, elapsed, wait };
}

/** Ticks only while the words tell the time. */
export function useClockTicks(session: Session, ticking: boolean): void {
  const { clock } = session.connection;
  useLayoutEffect(() => (ticking ? clock.start() : undefined), [clock, ticking]);
}

/** True for a job that this view has seen unfinished: its clip arrives, others were there already. */
export function useSeenUnfinished(job: JobView | null): boolean {
  const seenOpen = useRef<string | null>(null);
  if (job && isOpen(job)) seenOpen.current = job.id;
  return job !== null && seenOpen.current === job.id;
}
