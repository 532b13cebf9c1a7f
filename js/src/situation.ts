/** Where things stand for one view: the row of the state table, and what only this view has seen. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { JobView } from "./protocol.gen";
import type { Session } from "./session";
import { isOpen, type Scene, sceneOf } from "./states";

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
}

export function useSituation({ host }: Session): Situation {
  const job = host.job.value;
  const clip = job?.clip?.src;
  const [kept, setPlayback] = useState<Playback>({ clip, broken: false, attempt: 0 });
  const playback = kept.clip === clip ? kept : { clip, broken: false, attempt: 0 };
  const hasForm = host.form.value !== null;
  const scene = sceneOf({ job, hasForm, gone: host.gone.value, broken: playback.broken });
  return { scene, job, playback, setPlayback };
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
