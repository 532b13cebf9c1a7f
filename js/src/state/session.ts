/** What the views of one model share: the kernel, the draft, and which of its faults were already dealt with. */

import { effect, signal } from "@preact/signals";
import { KernelConnection, type Model } from "../kernel/connection";
import type { ErrorView, FormView, JobView, RequestView } from "../kernel/protocol.gen";
import { strings } from "../text/strings";
import { fill } from "../text/template";
import { Attachments } from "./attachments";
import { ClipLoader } from "./clip-loader";
import { JobHistory } from "./history";
import { drawPoster } from "./poster";
import { Draft, isField } from "./request-draft";

/** Bytes; the kernel reads no longer one. */
const MAX_RECEIPT_BYTES = 1 << 20;

/** On which terms a request is sent. */
export interface GenerateOptions {
  /** Make another, though the same request has been made. */
  readonly new: boolean;
  /** The answer to the question of a budget. */
  readonly yes: boolean;
}

export class Session {
  readonly connection: KernelConnection;
  readonly attachments: Attachments;
  readonly draft: Draft;
  readonly history: JobHistory;
  readonly clipLoader: ClipLoader;
  /** The dropped clip that filled the form, and which of its fields had to stay empty. */
  readonly recalled = signal<{ readonly name: string; readonly missing: readonly string[] } | null>(null);
  readonly #disposers: (() => void)[] = [];

  constructor(model: Model) {
    this.connection = new KernelConnection(model);
    this.attachments = new Attachments(this.connection);
    this.draft = new Draft(this.attachments);
    this.history = new JobHistory(this.connection);
    this.clipLoader = new ClipLoader(this.connection);
    this.#disposers.push(effect(this.#applyForm), effect(this.#flagJobError), effect(this.#flagRefusal));
  }

  /** The one way to start a job: checks, sends once, or points at what is missing. */
  generate(form: FormView, terms: Partial<GenerateOptions> = {}): void {
    const flaw = this.draft.check(form);
    this.draft.error.value = flaw;
    if (flaw !== null) return;
    this.recalled.value = null;
    this.connection.send({
      type: "generate",
      request: this.draft.buildRequest(form),
      new: false,
      yes: false,
      ...terms,
    });
  }

  /** Make a job's request once more, on purpose. */
  repeat(job: JobView): void {
    this.connection.send({ type: "generate", request: job.request, new: true, yes: false });
  }

  /** Fill the form with a job's request; without its seed it asks for something like it. */
  async recall(job: JobView, { seed }: { seed: boolean }): Promise<void> {
    this.recalled.value = null;
    if (this.connection.form.peek() === null) this.connection.send({ type: "edit", job_id: job.id });
    else await this.#fill(job.provider, job.request, seed);
  }

  /** Fill the form with how a clip was made: by its name, or by what its receipt says. */
  async recallFile(file: File): Promise<void> {
    this.recalled.value = null;
    const isReceipt = file.name.endsWith(".json") && file.size <= MAX_RECEIPT_BYTES;
    const receipt = isReceipt ? await file.text() : "";
    const { recalled } = (await this.connection.ask({ type: "recall", name: file.name, receipt })) ?? {};
    if (!recalled) return;
    await this.#fill(recalled.provider, recalled.request, true);
    this.recalled.value = { name: file.name, missing: recalled.missing };
  }

  /** A request goes where it went before. */
  async #fill(provider: string, request: RequestView, seed: boolean): Promise<void> {
    if (provider !== this.connection.form.peek()?.provider)
      await this.connection.ask({ type: "choose", provider, refresh: false });
    const form = this.connection.form.peek();
    if (form) this.draft.load(form, request, { seed });
  }

  /** Ask for what comes after a clip: its last frame is where the next one starts. */
  continueFrom(form: FormView, job: JobView): void {
    const model = this.draft.getModel(form);
    const able = [model, ...form.models].find((one) => one?.takes.includes("image"));
    if (able && able !== model) this.draft.set("model", able.id, form);
    const name = fill(strings.lastFrameOf, { prompt: job.prompt });
    this.attachments.attach("image", {
      source: `clip:${job.id}`,
      kind: "image",
      name,
      width: null,
      height: null,
    });
  }

  readonly #withPoster = new Set<string>();
  /** Draw a still picture of a clip that has none, once, for the notebook to keep. */
  async savePoster(job: JobView, take: number, url: string): Promise<void> {
    const key = `${job.id}/${take}`;
    if (job.clips[take]?.poster !== false || this.#withPoster.has(key)) return;
    this.#withPoster.add(key);
    const chunk = await drawPoster(url);
    if (chunk) await this.connection.ask({ type: "poster", job_id: job.id, take }, { chunk });
  }

  dispose(): void {
    for (const end of this.#disposers) end();
    this.history.dispose();
    this.clipLoader.dispose();
    this.attachments.dispose();
    this.connection.dispose();
  }

  #lastStart = "";
  #lastTarget = "";
  /** A form that was only re-sent, or that belongs to another service, must not overwrite what somebody typed. */
  readonly #applyForm = (): void => {
    const form = this.connection.form.value;
    if (form === null) return;
    const start = JSON.stringify({ ...form.start, model: "" });
    const goesTo = JSON.stringify([form.provider, form.start.model]);
    if (start !== this.#lastStart) this.draft.load(form);
    else if (goesTo !== this.#lastTarget) this.draft.set("model", form.start.model, form);
    else this.draft.applyModel(form);
    this.#lastStart = start;
    this.#lastTarget = goesTo;
  };

  #flaggedJob = "";
  readonly #flagJobError = (): void => {
    const job = this.connection.job.value;
    if (job?.state !== "failed" || job.id === this.#flaggedJob) return;
    this.#flaggedJob = job.id;
    if (job.error !== null) this.#flagField(job.error, job.error.message);
  };

  readonly #flagRefusal = (): void => {
    const refusal = this.connection.refusal.value;
    if (refusal?.about !== "generate") return;
    const { message, next } = refusal.error;
    this.#flagField(refusal.error, `${message} ${next}`.trim());
  };

  #flagField({ field }: ErrorView, message: string): void {
    if (isField(field) && this.connection.form.peek() !== null) this.draft.error.value = { field, message };
  }
}
