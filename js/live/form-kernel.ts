/** Stands in for the form: a click makes a job, jobs run side by side, the same request is one job. */

import type { Generate, JobView, PageMessage, RequestView } from "../src/kernel/protocol.gen";
import { chooseSeed, finishJob, RehearsedJob } from "./job";
import { type Stage, StandInKernel } from "./kernel";
import type { Outcome } from "./stand-in-model";

/** What the form opens with is there already, so that the first thing to see is a clip. */
const SECONDS_TO_MAKE = 2.4;

export class FormKernel extends StandInKernel {
  #current: RehearsedJob;
  /** Jobs beside the one on view. */
  readonly #aside = new Map<string, RehearsedJob>();
  readonly #made = new Map<string, RehearsedJob>();

  constructor(stage: Stage) {
    const { form } = stage.data;
    super(stage, { form });
    this.#current = this.#takeUp(form.start);
    const clip = stage.data.clips[this.#current.film];
    if (clip) this.#current.change(finishJob(this.#current.view, clip, SECONDS_TO_MAKE));
    this.model.set({ job: this.#current.view });
  }

  protected override handle(message: PageMessage): Outcome | Promise<Outcome> {
    switch (message.type) {
      case "generate":
        return this.#generate(message);
      case "show":
        this.#follow(this.getJob(message.job_id));
        return {};
      case "detach":
        this.getJob(message.job_id).change({ detached: true });
        return {};
      case "watch":
        this.getJob(message.job_id).change({ detached: false });
        this.#follow(this.getJob(message.job_id));
        return {};
      case "choose":
        this.model.set({ form: this.stage.data.form });
        return {};
      default:
        return super.handle(message);
    }
  }

  protected override retell(): void {
    this.model.set({ job: this.#current.view });
    if (this.#aside.size > 0) this.#tellQueue();
  }

  #generate({ request, new: isNew, aside }: Generate): Outcome {
    const known = isNew ? undefined : this.#made.get(JSON.stringify(request));
    const job = known ?? this.#takeUp(request);
    if (known) job.change({ reused: true });
    if (aside && !isOver(this.#current.view)) this.#putAside(job);
    else this.#follow(job);
    if (!known) job.start();
    return { ack: { found: known !== undefined } };
  }

  /** Make the job of a request; one without a seed gets its own. */
  #takeUp(request: RequestView): RehearsedJob {
    const seed = request.seed ?? chooseSeed();
    const job = RehearsedJob.of({ ...request, seed }, this.stage.data, this.stage.later);
    this.jobs.set(job.view.id, job);
    this.#made.set(JSON.stringify(request), job);
    this.#made.set(JSON.stringify(job.view.request), job);
    job.subscribe((view) => this.#tell(view));
    return job;
  }

  #follow(job: RehearsedJob): void {
    const before = this.#current;
    this.#current = job;
    this.#aside.delete(job.view.id);
    if (before !== job && !isOver(before.view)) this.#aside.set(before.view.id, before);
    this.model.set({ job: job.view });
    this.#tellQueue();
  }

  #putAside(job: RehearsedJob): void {
    if (job === this.#current) return;
    this.#aside.set(job.view.id, job);
    this.#tellQueue();
  }

  #tell({ id }: JobView): void {
    if (id === this.#current.view.id) this.model.set({ job: this.#current.view });
    else if (this.#aside.has(id)) this.#tellQueue();
  }

  #tellQueue(): void {
    const queue = [...this.#aside.values()].map(({ view }) => view);
    if (queue.length > 0 || this.model.get("queue").length > 0) this.model.set({ queue });
  }
}

const isOver = ({ state, detached }: JobView): boolean =>
  detached || state === "succeeded" || state === "failed";
