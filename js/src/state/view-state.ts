/** Where things stand for one view: the row of the state table, and what only this view has seen. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { isOpen } from "../kernel/job-state";
import type { JobView } from "../kernel/protocol.gen";
import { type Scene, sceneOf } from "./appearance";
import type { Session } from "./session";
import type { View } from "./view";

/** The state of this view's player, forgotten with the clip it belongs to. */
interface Playback {
  readonly clip: string | undefined;
  readonly broken: boolean;
  readonly attempt: number;
}

export interface Situation {
  readonly scene: Scene;
  readonly job: JobView | null;
  readonly playback: Playback;
  readonly setPlayback: (playback: Playback) => void;
  /** Seconds since an open job was made. */
  readonly elapsed: number;
  /** Seconds until the next look, where one is a while away. */
  readonly wait: number | null;
}

/** The newest job, or the one of the history that is looked at, with what became of it since. */
function jobOf({ session, shown }: View): JobView | null {
  const newest = session.host.job.value;
  const looked = shown.value;
  if (looked === null || looked.id === newest?.id) return newest;
  return session.library.jobs.value.find(({ id }) => id === looked.id) ?? looked;
}

export function useSituation(view: View): Situation {
  const { host } = view.session;
  const job = jobOf(view);
  const clip = job?.clip?.src;
  const [kept, setPlayback] = useState<Playback>({ clip, broken: false, attempt: 0 });
  const playback = kept.clip === clip ? kept : { clip, broken: false, attempt: 0 };
  const hasForm = host.form.value !== null;
  const elapsed = job && isOpen(job) ? host.clock.since(job.created_at) : 0;
  const wait = job?.next_look_at && isOpen(job) ? host.clock.until(job.next_look_at) : null;
  const gone = host.gone.value;
  const late = job?.slow != null && elapsed > job.slow;
  const scene = sceneOf({ job, hasForm, gone, broken: playback.broken, late, waits: wait !== null });
  return { scene, job, playback, setPlayback, elapsed, wait };
}

/** Ticks only while the words tell the time. */
export function useTicking(session: Session, ticking: boolean): void {
  const { clock } = session.host;
  useLayoutEffect(() => (ticking ? clock.watch() : undefined), [clock, ticking]);
}

/** True for a job that this view has seen unfinished: its clip arrives, others were there already. */
export function useArrival(job: JobView | null): boolean {
  const seen = useRef<string | null>(null);
  if (job && isOpen(job)) seen.current = job.id;
  return job !== null && seen.current === job.id;
}
