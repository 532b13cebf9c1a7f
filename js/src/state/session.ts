/** What the views of one model share: the kernel, the draft, and which of its faults were already dealt with. */

import { effect, signal } from "@preact/signals";
import { Host, type Model } from "../kernel/connection";
import type { ErrorView, FormView, JobView, RequestView } from "../kernel/protocol.gen";
import { words } from "../text/strings";
import { fill } from "../text/template";
import { Media } from "./attachments";
import { Clips } from "./clip-loader";
import { Library } from "./history";
import { drawPoster } from "./poster";
import { Draft, isField } from "./request-draft";

/** Bytes; the kernel reads no longer one. */
const LARGEST_RECEIPT = 1 << 20;

/** On which terms a request is sent. */
export interface Terms {
  /** Make another, though the same request has been made. */
  readonly new: boolean;
  /** The answer to the question of a budget. */
  readonly yes: boolean;
}

export class Session {
  readonly host: Host;
  readonly media: Media;
  readonly draft: Draft;
  readonly library: Library;
  readonly clips: Clips;
  /** The dropped clip that filled the form, and which of its fields had to stay empty. */
  readonly recovered = signal<{ readonly name: string; readonly missing: readonly string[] } | null>(null);
  readonly #endings: (() => void)[] = [];

  constructor(model: Model) {
    this.host = new Host(model);
    this.media = new Media(this.host);
    this.draft = new Draft(this.media);
    this.library = new Library(this.host);
    this.clips = new Clips(this.host);
    this.#endings.push(effect(this.#takeForm), effect(this.#takeJobError), effect(this.#takeRefusal));
  }

  /** The one way to start a job: checks, sends once, or points at what is missing. */
  generate(form: FormView, terms: Partial<Terms> = {}): void {
    const flaw = this.draft.check(form);
    this.draft.flaw.value = flaw;
    if (flaw !== null) return;
    this.recovered.value = null;
    this.host.send({ type: "generate", request: this.draft.request(form), new: false, yes: false, ...terms });
  }

  /** Make a job's request once more, on purpose. */
  again(job: JobView): void {
    this.host.send({ type: "generate", request: job.request, new: true, yes: false });
  }

  /** Fill the form with a job's request; without its seed it asks for something like it. */
  async recall(job: JobView, { seed }: { seed: boolean }): Promise<void> {
    this.recovered.value = null;
    if (this.host.form.peek() === null) this.host.send({ type: "edit", job_id: job.id });
    else await this.#fill(job.provider, job.request, seed);
  }

  /** Fill the form with how a clip was made: by its name, or by what its receipt says. */
  async recover(file: File): Promise<void> {
    this.recovered.value = null;
    const isReceipt = file.name.endsWith(".json") && file.size <= LARGEST_RECEIPT;
    const receipt = isReceipt ? await file.text() : "";
    const { recalled } = (await this.host.ask({ type: "recall", name: file.name, receipt })) ?? {};
    if (!recalled) return;
    await this.#fill(recalled.provider, recalled.request, true);
    this.recovered.value = { name: file.name, missing: recalled.missing };
  }

  /** A request goes where it went before. */
  async #fill(provider: string, request: RequestView, seed: boolean): Promise<void> {
    if (provider !== this.host.form.peek()?.provider)
      await this.host.ask({ type: "choose", provider, refresh: false });
    const form = this.host.form.peek();
    if (form) this.draft.load(form, request, { seed });
  }

  /** Ask for what comes after a clip: its last frame is where the next one starts. */
  proceed(form: FormView, job: JobView): void {
    const model = this.draft.chosen(form);
    const able = [model, ...form.models].find((one) => one?.takes.includes("image"));
    if (able && able !== model) this.draft.set("model", able.id, form);
    const name = fill(words.lastFrameOf, { prompt: job.prompt });
    this.media.put("image", { source: `clip:${job.id}`, kind: "image", name, width: null, height: null });
  }

  readonly #pictured = new Set<string>();
  /** Draw a still picture of a clip that has none, once, for the notebook to keep. */
  async picture(job: JobView, take: number, url: string): Promise<void> {
    const key = `${job.id}/${take}`;
    if (job.clips[take]?.poster !== false || this.#pictured.has(key)) return;
    this.#pictured.add(key);
    const piece = await drawPoster(url);
    if (piece) await this.host.ask({ type: "poster", job_id: job.id, take }, { piece });
  }

  dispose(): void {
    for (const end of this.#endings) end();
    this.library.dispose();
    this.clips.dispose();
    this.media.dispose();
    this.host.dispose();
  }

  #start = "";
  #goesTo = "";
  /** A form that was only re-sent, or that belongs to another service, must not overwrite what somebody typed. */
  readonly #takeForm = (): void => {
    const form = this.host.form.value;
    if (form === null) return;
    const start = JSON.stringify({ ...form.start, model: "" });
    const goesTo = JSON.stringify([form.provider, form.start.model]);
    if (start !== this.#start) this.draft.load(form);
    else if (goesTo !== this.#goesTo) this.draft.set("model", form.start.model, form);
    else this.draft.fit(form);
    this.#start = start;
    this.#goesTo = goesTo;
  };

  #blamed = "";
  readonly #takeJobError = (): void => {
    const job = this.host.job.value;
    if (job?.state !== "failed" || job.id === this.#blamed) return;
    this.#blamed = job.id;
    this.#blame(job.error);
  };

  readonly #takeRefusal = (): void => {
    const refusal = this.host.refusal.value;
    if (refusal?.about === "generate") this.#blame(refusal.error);
  };

  #blame(error: ErrorView | null): void {
    if (error !== null && isField(error.field) && this.host.form.peek() !== null) {
      this.draft.flaw.value = { field: error.field, message: error.message };
    }
  }
}
