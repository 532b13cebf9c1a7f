/** Stands in for a comparison: finished clips of one prompt, side by side. */

import type { JobView } from "../src/kernel/protocol.gen";
import type { Contestant } from "./data";
import { draftJob, finishJob, RehearsedJob } from "./job";
import { type Stage, StandInKernel } from "./kernel";
import { filmOf, listStyled } from "./styles";

/** The prepared clips of one prompt are drawn from the same chance. */
export const SEED = 4;

/** Make the finished job of a scene in a style. */
export function makeFinished(stage: Stage, scene: string, { model, seconds }: Contestant): RehearsedJob {
  const [, prompt = ""] = stage.data.vocabulary.examples[scene] ?? [];
  const request = { ...stage.data.form.start, prompt, model, seed: SEED };
  const film = filmOf(scene, model);
  const job = new RehearsedJob(draftJob(request, stage.data), film, stage.data, stage.later);
  const clip = stage.data.clips[film];
  if (clip) job.change(finishJob(job.view, clip, seconds));
  return job;
}

export class CompareKernel extends StandInKernel {
  constructor(stage: Stage) {
    super(stage, {});
    const [scene = ""] = listStyled(stage.data);
    const jobs = stage.data.contestants.map((one) => makeFinished(stage, scene, one));
    for (const job of jobs) this.jobs.set(job.view.id, job);
    this.model.set({ compared: jobs.map(({ view }): JobView => view) });
  }
}
