/**
 * The kernel as the page sees it: two traits as signals, and requests that are acknowledged. One per model, shared by
 * its views. Never `save_changes()`: on ipykernel 7.4 an update that meets a running async cell jams all later ones.
 */

import { batch, type ReadonlySignal, signal } from "@preact/signals";
import { Clock } from "./clock";
import { isOpen } from "./job-state";
import { advance, type Progress } from "./progress";
import type { Ack, ErrorView, JobView, PageMessage, WidgetState } from "./protocol.gen";
import type { Pace } from "./retry-timing";

/** The part of the anywidget model that we use. */
export interface Model {
  get<K extends keyof WidgetState>(name: K): WidgetState[K] | undefined;
  on(event: string, callback: (...values: never[]) => void): void;
  off(event: string, callback: (...values: never[]) => void): void;
  send(message: unknown, callbacks?: unknown, buffers?: readonly ArrayBuffer[]): unknown;
  readonly widget_manager?: unknown;
  readonly comm_live?: boolean;
}

type Body<M> = M extends PageMessage ? Omit<M, "v" | "request_id"> : never;
export type Request = Body<PageMessage>;
export type RequestType = PageMessage["type"];

export interface Pending {
  readonly request: Request;
  readonly requestId: string;
  /** No answer for a while: the kernel is in a cell. */
  readonly slow: boolean;
}

/** An ack, and the bytes that came with it. */
export type Answer = Ack & { readonly piece?: DataView };

export interface Refusal {
  readonly about: RequestType;
  readonly error: ErrorView;
}

const SLOW_MILLISECONDS = 3000;
/** An open job of which nothing was heard for so long is asked after: its end may have been lost on the way. */
const QUIET_MILLISECONDS = 10_000;
/** Undefined after so long, or as soon as nobody waits any more. */
const later = (milliseconds: number, over: AbortSignal) =>
  new Promise<undefined>((resolve) => {
    const timer = setTimeout(() => resolve(undefined), milliseconds);
    over.addEventListener("abort", () => clearTimeout(timer));
  });

/** `randomUUID` exists only in secure contexts, and many hubs are plain http. */
export function newRequestId(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}

const isAck = (message: unknown): message is Ack => {
  const ack = message as Partial<Ack> | null;
  return ack?.type === "ack" && ack.v === 1 && typeof ack.request_id === "string";
};

export class Host {
  readonly clock = new Clock();
  readonly #model: Model;
  readonly #form = signal<WidgetState["form"]>(null);
  readonly #job = signal<JobView | null>(null);
  readonly #compared = signal<WidgetState["compared"]>(null);
  readonly #progress = signal<Progress | null>(null);
  readonly #gone = signal(false);
  readonly #pending = signal<readonly Pending[]>([]);
  readonly #refusal = signal<Refusal | null>(null);
  #quiet: ReturnType<typeof setTimeout> | undefined;
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #awaited = new Map<string, (answer: Answer | null) => void>();

  constructor(model: Model) {
    this.#model = model;
    this.#readForm();
    this.#readJob();
    this.#readCompared();
    model.on("change:form", this.#readForm);
    model.on("change:job", this.#readJob);
    model.on("change:compared", this.#readCompared);
    model.on("msg:custom", this.#hear);
    model.on("comm_live_update", this.#readLife);
    if (model.comm_live === false) this.#gone.value = true;
  }

  get form(): ReadonlySignal<WidgetState["form"]> {
    return this.#form;
  }
  get job(): ReadonlySignal<JobView | null> {
    return this.#job;
  }
  /** Jobs to be seen side by side, where that is all there is to see. */
  get compared(): ReadonlySignal<WidgetState["compared"]> {
    return this.#compared;
  }
  get progress(): ReadonlySignal<Progress | null> {
    return this.#progress;
  }
  get gone(): ReadonlySignal<boolean> {
    return this.#gone;
  }
  get pending(): ReadonlySignal<readonly Pending[]> {
    return this.#pending;
  }
  /** The newest request that the kernel did not take, until the next one is sent. */
  get refusal(): ReadonlySignal<Refusal | null> {
    return this.#refusal;
  }
  get widgetManager(): unknown {
    return this.#model.widget_manager;
  }

  /** Send once. The same request is not sent again while its ack is outstanding; false says so. */
  send(request: Request): boolean {
    if (once.has(request.type) && this.#pending.peek().some((other) => alike(other.request, request)))
      return false;
    this.#post(request);
    return true;
  }

  /** Send, and wait for the ack; null when the kernel went away, or nobody waits any more. */
  ask(
    request: Request,
    { piece, until }: { piece?: ArrayBuffer; until?: AbortSignal } = {},
  ): Promise<Answer | null> {
    return new Promise((resolve) => {
      const requestId = this.#post(request, piece);
      this.#awaited.set(requestId, resolve);
      until?.addEventListener("abort", () => this.#awaited.has(requestId) && this.#settle(requestId));
    });
  }

  /**
   * Ask what may be asked twice until it is answered: hosts drop messages silently under a flood of output. The answer to
   * any of the askings is the answer, so that a line on which all of them are late still moves; null when the kernel went away.
   */
  async insist(request: Request, pace: Pace, piece?: ArrayBuffer): Promise<Answer | null> {
    const over = new AbortController();
    const answers: Promise<Answer | null>[] = [];
    const asked = async () => {
      const since = performance.now();
      const answer = await this.ask(request, { ...(piece && { piece }), until: over.signal });
      if (answer) pace.took(performance.now() - since);
      return answer;
    };
    try {
      for (let patience = pace.patience; !this.#gone.peek(); patience *= 2) {
        answers.push(asked());
        const answer = await Promise.race([...answers, later(patience, over.signal)]);
        if (answer !== undefined) return answer;
      }
      return null;
    } finally {
      over.abort();
    }
  }

  #post(request: Request, piece?: ArrayBuffer): string {
    const requestId = newRequestId();
    batch(() => {
      this.#pending.value = [...this.#pending.peek(), { request, requestId, slow: false }];
      if (once.has(request.type)) this.#refusal.value = null;
    });
    this.#timers.set(
      requestId,
      setTimeout(() => this.#slow(requestId), SLOW_MILLISECONDS),
    );
    const message = { v: 1, request_id: requestId, ...request } satisfies PageMessage;
    if (piece === undefined) this.#model.send(message);
    else this.#model.send(message, undefined, [piece]);
    return requestId;
  }

  dispose(): void {
    this.#model.off("change:form", this.#readForm);
    this.#model.off("change:job", this.#readJob);
    this.#model.off("change:compared", this.#readCompared);
    this.#model.off("msg:custom", this.#hear);
    this.#model.off("comm_live_update", this.#readLife);
    this.clock.stop();
    clearTimeout(this.#quiet);
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    for (const requestId of this.#awaited.keys()) this.#resolve(requestId, null);
  }

  readonly #readCompared = (): void => {
    this.#compared.value = this.#model.get("compared") ?? null;
  };

  readonly #readForm = (): void => {
    this.#form.value = this.#model.get("form") ?? null;
  };

  readonly #readJob = (): void => {
    const job = this.#model.get("job") ?? null;
    batch(() => {
      this.#gone.value = false;
      this.#settleLost(job);
      this.#progress.value = advance(this.#progress.peek(), job);
      this.#job.value = job;
    });
    this.#listen();
  };

  /** What the kernel tells gets lost as silently as what it answers; greeted again, it tells the job once more. */
  #listen(): void {
    clearTimeout(this.#quiet);
    const job = this.#job.peek();
    if (job !== null && isOpen(job)) this.#quiet = setTimeout(this.#greet, QUIET_MILLISECONDS);
  }

  readonly #greet = (): void => {
    const lost = this.#pending.peek().filter(({ request }) => request.type === "hello");
    for (const { requestId } of lost) this.#settle(requestId);
    if (!this.#gone.peek()) this.send({ type: "hello" });
    this.#listen();
  };

  readonly #hear = (message: unknown, buffers?: readonly DataView[]): void => {
    if (!isAck(message)) return;
    const answered = this.#pending.peek().find(({ requestId }) => requestId === message.request_id);
    if (answered === undefined) return;
    batch(() => {
      this.#gone.value = false;
      this.clock.correct(message.now);
      const [piece] = buffers ?? [];
      this.#settle(answered.requestId, piece ? { ...message, piece } : message);
      if (!message.ok && message.error !== null && once.has(answered.request.type)) {
        this.#refusal.value = { about: answered.request.type, error: message.error };
      }
    });
  };

  /** JupyterLab fires this when a kernel dies or restarts; anywidget passes the event on but not the value. */
  readonly #readLife = (): void => {
    const gone = !(this.#model.comm_live ?? false);
    batch(() => {
      this.#gone.value = gone;
      if (gone) for (const { requestId } of this.#pending.peek()) this.#settle(requestId);
    });
  };

  /** An ack can get lost in a flood of output; after a while a new job with our words is as good an answer. */
  #settleLost(job: JobView | null): void {
    if (job === null || job.id === this.#job.peek()?.id) return;
    for (const { request, requestId, slow } of this.#pending.peek()) {
      if (slow && request.type === "generate" && request.request.prompt === job.prompt)
        this.#settle(requestId);
    }
  }

  #settle(requestId: string, answer: Answer | null = null): void {
    clearTimeout(this.#timers.get(requestId));
    this.#timers.delete(requestId);
    this.#resolve(requestId, answer);
    this.#pending.value = this.#pending.peek().filter((other) => other.requestId !== requestId);
  }

  #resolve(requestId: string, answer: Answer | null): void {
    this.#awaited.get(requestId)?.(answer);
    this.#awaited.delete(requestId);
  }

  #slow(requestId: string): void {
    this.#timers.delete(requestId);
    this.#pending.value = this.#pending
      .peek()
      .map((other) => (other.requestId === requestId ? { ...other, slow: true } : other));
  }
}

/** Acts on jobs: one click is one of them, and a refusal is told. The others are questions, answered to who asked. */
const once: ReadonlySet<RequestType> = new Set([
  "generate",
  "cancel",
  "detach",
  "watch",
  "resend",
  "edit",
  "recall",
  "choose",
]);
const jobOf = (request: Request) => ("job_id" in request ? request.job_id : "");
const alike = (one: Request, other: Request) => one.type === other.type && jobOf(one) === jobOf(other);
