/** The state of one view: the card's state, and the player's. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { isOpen } from "../kernel/job-state";
import type { JobView } from "../kernel/protocol.gen";
import { strings } from "../text/strings";
import { fill } from "../text/template";
import { type Away, type CardState, getCardState } from "./appearance";
import type { Session } from "./session";
import type { View } from "./view";

/** Characters of a prompt in a name; a screen reader reads all of it. */
export const NAMED = 60;

/** The state of the view's player; reset when the clip changes. */
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
  /** Seconds since an open job was created. */
  readonly elapsed: number;
  /** Seconds until the next poll, when it is delayed. */
  readonly wait: number | null;
}

/** The newest job, or the selected one of the history in its latest state. */
function getViewedJob({ session, selectedJob }: View): JobView | null {
  const newest = session.connection.job.value;
  const looked = selectedJob.value;
  if (looked === null || looked.id === newest?.id) return newest;
  return session.history.jobs.value.find(({ id }) => id === looked.id) ?? looked;
}

/** The accessible name of the whole: what is shown, and its state. */
export function nameView(view: View): string {
  const { form, compared, grid, vote, story } = view.session.connection;
  if (vote.value) return fill(strings.regionVote, { name: vote.value.name });
  if (story.value) return fill(strings.regionStory, { name: story.value.name });
  if (grid.value) return grid.value.name || grid.value.prompt.slice(0, NAMED);
  const job = getViewedJob(view);
  const count = compared.value?.length;
  if (count) return fill(strings.regionCompare, { count: String(count) });
  if (job === null) return strings.regionForm;
  const state = getCardState({ job, hasForm: form.value !== null, disconnected: false, broken: false });
  return fill(strings.regionJob, { prompt: job.prompt.slice(0, NAMED), state: strings.tileState[state] });
}

/** A job whose clip was found while the kernel was away is shown as finished once somebody asks for it. */
function finish(job: JobView | null, { clip, isShown }: Away): JobView | null {
  if (job === null || clip === null || !isOpen(job) || !isShown) return job;
  return { ...job, state: "succeeded", clip, clips: [clip] };
}

export function useViewState(view: View): ViewState {
  const { connection, kernelAway } = view.session;
  const live = getViewedJob(view);
  const away = kernelAway.state.value;
  const job = finish(live, away);
  const clip = job?.clip?.src;
  const [kept, setPlayback] = useState<Playback>({ clip, broken: false, attempt: 0 });
  const playback = kept.clip === clip ? kept : { clip, broken: false, attempt: 0 };
  const hasForm = connection.form.value !== null;
  const elapsed = job && isOpen(job) ? connection.clock.secondsSince(job.created_at) : 0;
  const wait = job?.next_look_at && isOpen(job) ? connection.clock.secondsUntil(job.next_look_at) : null;
  const disconnected = connection.disconnected.value;
  const isSlow = job?.slow != null && elapsed > job.slow;
  const state = getCardState({
    job: live,
    hasForm,
    disconnected: disconnected && !(live && connection.isFed(live.id)),
    away,
    broken: playback.broken,
    isSlow,
    isBackingOff: wait !== null,
  });
  return { state, job, playback, setPlayback, elapsed, wait };
}

/** Run the clock while the card shows the elapsed time. */
export function useClockTicks(session: Session, ticking: boolean): void {
  const { clock } = session.connection;
  useLayoutEffect(() => (ticking ? clock.start() : undefined), [clock, ticking]);
}

/** True for a job that this view has shown unfinished: its clip is new. */
export function useWasUnfinished(job: JobView | null): boolean {
  const seenOpen = useRef<string | null>(null);
  if (job && isOpen(job)) seenOpen.current = job.id;
  return job !== null && seenOpen.current === job.id;
}
