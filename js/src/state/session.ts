/** The state that the views of one model share. */

import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { KernelConnection, type Model, type Request } from "../kernel/connection";
import { isOpen } from "../kernel/job-state";
import type { ErrorView, FormView, JobView, RequestView } from "../kernel/protocol.gen";
import { openModel } from "../kernel/reconnect";
import { strings } from "../text/strings";
import { fill } from "../text/template";
import { Attachments, getMediaKind, type MediaField } from "./attachments";
import { ClipLoader } from "./clip-loader";
import { JobHistory } from "./history";
import { KernelAway } from "./kernel-away";
import { drawPoster, LAST } from "./poster";
import { Draft, isField } from "./request-draft";
import { markTitle } from "./tab-title";

/** The kernel's limit. */
const MAX_RECEIPT_BYTES = 1 << 20;

/** How a request is sent. */
export interface GenerateOptions {
  /** Make a new clip, though the same request was made before. */
  readonly new: boolean;
  /** Confirms what a budget asked. */
  readonly yes: boolean;
  /** Put the job in the queue; the result stays as it is. */
  readonly aside: boolean;
}

export class Session {
  readonly connection: KernelConnection;
  readonly attachments: Attachments;
  readonly draft: Draft;
  readonly history: JobHistory;
  readonly clipLoader: ClipLoader;
  readonly kernelAway: KernelAway;
  /** The dropped clip that the form was filled in from, and the fields that were not found. */
  readonly recalled = signal<{ readonly name: string; readonly missing: readonly string[] } | null>(null);
  /** Why a dropped or pasted file was not taken, until the next one, or the next click. */
  readonly untaken = signal("");
  readonly #disposers: (() => void)[] = [];

  constructor(model: Model) {
    this.connection = new KernelConnection(model);
    this.attachments = new Attachments(this.connection);
    this.draft = new Draft(this.attachments);
    this.history = new JobHistory(this.connection);
    this.clipLoader = new ClipLoader(this.connection);
    this.kernelAway = new KernelAway(this.connection);
    this.#disposers.push(
      effect(this.#applyForm),
      effect(this.#flagJobError),
      effect(this.#flagRefusal),
      effect(this.#tellEnds),
    );
  }

  /** Send what is in the form. */
  generate(form: FormView): void {
    this.recalled.value = null;
    this.untaken.value = "";
    this.#order(this.draft.buildRequest(form), { aside: this.making.peek().length > 0 });
  }

  /** Send a request; its ack says whether it was a job already. */
  #order(request: RequestView, terms: Partial<GenerateOptions>): void {
    this.connection.send({ type: "generate", request, new: false, yes: false, aside: false, ...terms });
  }

  /** All jobs of the form that somebody follows: that on view, those of the queue; oldest first. */
  readonly jobs: ReadonlySignal<readonly JobView[]> = computed(() => {
    const job = this.connection.job.value;
    const queue = this.connection.queue.value;
    return (job ? [...queue, job] : [...queue]).sort((one, other) => one.created_at - other.created_at);
  });
  /** Those that are being made. */
  readonly making: ReadonlySignal<readonly JobView[]> = computed(() =>
    this.jobs.value.filter((job) => isOpen(job) && !job.detached),
  );

  /** Whether the widget is being opened in a restarted kernel, and whether that failed. */
  readonly reconnecting = signal<"no" | "yes" | "failed">("no");
  #keepsDraft = false;

  /** Open the widget anew in a restarted kernel; what was typed stays. */
  async reconnect(): Promise<void> {
    if (this.reconnecting.peek() === "yes") return;
    const form = this.connection.form.peek();
    const job = this.connection.job.peek();
    this.reconnecting.value = "yes";
    const queue = this.connection.queue.peek().map(({ id }) => id);
    const wanted = { job_id: job?.id ?? "", provider: form?.provider ?? "", has_form: form !== null, queue };
    const model = await openModel(this.connection.widgetManager, wanted).catch(() => null);
    this.#keepsDraft = model !== null;
    this.reconnecting.value = model ? "no" : "failed";
    if (model) this.connection.adopt(model);
  }

  /** What the form was told is read. */
  dismiss(): void {
    this.untaken.value = "";
    this.connection.dismiss();
  }

  /** Send a click's request once more, on other terms: what was asked about is what is sent. */
  send(request: Request, terms: Partial<GenerateOptions>): void {
    if (request.type === "generate") this.connection.send({ ...request, ...terms });
  }

  /** Make a job's request again, as a new job. */
  repeat(job: JobView): void {
    this.#order(job.request, { new: true });
  }

  /** Fill in the form from a job's request; without its seed it makes a variation. */
  async recall(job: JobView, { seed }: { seed: boolean }): Promise<void> {
    this.recalled.value = null;
    await this.#openForm(job);
    await this.#fill(job.provider, job.request, seed);
  }

  /** Fill in the form to go on from a clip's last frame. */
  async proceed(job: JobView): Promise<void> {
    await this.#openForm(job);
    const form = this.connection.form.peek();
    if (form) this.#attachLastFrame(form, job);
  }

  /** A card has no form before it is asked for. */
  async #openForm(job: JobView): Promise<void> {
    if (this.connection.form.peek() === null) await this.connection.ask({ type: "edit", job_id: job.id });
  }

  /** Fill in the form from a clip, by the file's name, or from its receipt. */
  async recallFile(file: File): Promise<void> {
    this.recalled.value = null;
    const isReceipt = file.name.endsWith(".json") && file.size <= MAX_RECEIPT_BYTES;
    const receipt = isReceipt ? await file.text() : "";
    const { recalled } = (await this.connection.ask({ type: "recall", name: file.name, receipt })) ?? {};
    if (!recalled) return;
    await this.#fill(recalled.provider, recalled.request, true);
    this.recalled.value = { name: file.name, missing: recalled.missing };
  }

  /** Fill in the form, and choose the provider that the request went to. */
  async #fill(provider: string, request: RequestView, seed: boolean): Promise<void> {
    const chosen = this.connection.form.peek()?.provider;
    if (chosen !== undefined && chosen !== provider)
      await this.connection.ask({ type: "choose", provider, refresh: false });
    const form = this.connection.form.peek();
    if (form) this.draft.load(form, request, { seed });
  }

  /** Attach the last frame of a clip as the start image. */
  #attachLastFrame(form: FormView, job: JobView): void {
    const model = this.draft.getModel(form);
    const able = [model, ...form.models].find((one) => one?.takes.includes("image"));
    if (able && able !== model) this.draft.set("model", able.id, form);
    this.attachClip("image", job);
  }

  /** Attach a clip to a tile: its last frame where a picture is wanted. False where a tile takes neither. */
  attachClip(field: MediaField, job: JobView): boolean {
    const kind = getMediaKind(field);
    if (kind === "audio") return false;
    const name = kind === "image" ? fill(strings.lastFrameOf, { prompt: job.prompt }) : job.prompt;
    const medium = { source: `clip:${job.id}`, kind, name, width: null, height: null };
    void this.#drawPreview(field, this.attachments.attach(field, medium), job);
    return true;
  }

  async #drawPreview(field: MediaField, key: string, job: JobView): Promise<void> {
    const url = job.clip && (await this.clipLoader.whenReady(job, 0, job.clip));
    const picture = url && (await drawPoster(url, getMediaKind(field) === "image" ? LAST : undefined));
    if (picture) this.attachments.setPreview(field, key, new Blob([picture], { type: "image/jpeg" }));
  }

  readonly #withPoster = new Set<string>();
  /** Draw a poster for a clip that has none, once, and send it to the kernel. */
  async savePoster(job: JobView, take: number, url: string): Promise<void> {
    const key = `${job.id}/${take}`;
    if (job.clips[take]?.poster !== false || this.#withPoster.has(key)) return;
    this.#withPoster.add(key);
    const chunk = await drawPoster(url);
    if (chunk) await this.connection.ask({ type: "poster", job_id: job.id, take }, { chunk });
  }

  dispose(): void {
    for (const end of this.#disposers) end();
    this.kernelAway.dispose();
    this.history.dispose();
    this.clipLoader.dispose();
    this.attachments.dispose();
    this.connection.dispose();
  }

  #lastStart = "";
  #lastTarget = "";
  /** A form that was sent again, or for another provider, must not overwrite what was typed. */
  readonly #applyForm = (): void => {
    const form = this.connection.form.value;
    if (form === null) return;
    const start = JSON.stringify({ ...form.start, model: "" });
    const goesTo = JSON.stringify([form.provider, form.start.model]);
    if (this.#keepsDraft) this.draft.applyModel(form);
    else if (start !== this.#lastStart) this.draft.load(form);
    else if (goesTo !== this.#lastTarget) this.draft.set("model", form.start.model, form);
    else this.draft.applyModel(form);
    this.#keepsDraft = false;
    this.#lastStart = start;
    this.#lastTarget = goesTo;
  };

  #flaggedJob = "";
  readonly #flagJobError = (): void => {
    const job = this.connection.job.value;
    if (job?.state !== "failed" || job.id === this.#flaggedJob) return;
    this.#flaggedJob = job.id;
    // What it names may have been edited since: other jobs ran beside it.
    const isEdited = job.error?.field === "prompt" && job.prompt.trim() !== this.draft.prompt.peek().trim();
    if (job.error !== null && !isEdited) this.#flagField(job.error, job.error.message);
  };

  readonly #open = new Set<string>();
  /** An end that was not seen is told; a job that had ended before is not. */
  readonly #tellEnds = (): void => {
    for (const job of this.jobs.value) {
      if (isOpen(job)) this.#open.add(job.id);
      else if (this.#open.delete(job.id)) {
        markTitle(job.state === "succeeded");
        if (job.id !== this.connection.job.peek()?.id) this.history.refresh();
      }
    }
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
