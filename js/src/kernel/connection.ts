/**
 * The connection to the kernel: its traits as signals, and requests that it acknowledges. One per model, shared by its
 * views. It never calls `save_changes()`: on ipykernel 7.4 an update during a running async cell blocks all later ones.
 */

import { batch, type ReadonlySignal, signal } from "@preact/signals";
import { Clock } from "./clock";
import { findHost, type JobServer, type Told } from "./host";
import { isOpen } from "./job-state";
import { advance, type Progress, type Reported } from "./progress";
import type {
  Ack,
  CellsChanged,
  Changed,
  ErrorView,
  JobView,
  PageMessage,
  PreviewShown,
  WidgetState,
} from "./protocol.gen";
import type { RetryTiming } from "./retry-timing";

/** The part of the anywidget model that we use. */
export interface Model {
  get<K extends keyof WidgetState>(name: K): WidgetState[K] | undefined;
  on(event: string, callback: (...values: never[]) => void): void;
  off(event: string, callback: (...values: never[]) => void): void;
  send(message: unknown, callbacks?: unknown, buffers?: readonly ArrayBuffer[]): unknown;
  readonly widget_manager?: unknown;
  readonly comm_live?: boolean;
  /** Only a model of the page's own is closed by it. */
  close?(): void;
}

type MessageBody<M> = M extends PageMessage ? Omit<M, "v" | "request_id"> : never;
export type Request = MessageBody<PageMessage>;
export type RequestType = PageMessage["type"];
export type Generate = Extract<Request, { type: "generate" }>;

export interface Pending {
  readonly request: Request;
  readonly requestId: string;
  /** Not answered for a while: the kernel is running a cell. */
  readonly slow: boolean;
}

/** An ack with the bytes that came with it. */
export type Reply = Ack & { readonly chunk?: DataView; readonly chunks?: readonly DataView[] };

/** A picture of a clip that is being made. */
export interface Preview {
  readonly job: string;
  readonly picture: Blob;
}

export interface Refusal {
  readonly about: RequestType;
  readonly error: ErrorView;
  readonly request: Request;
}

const SLOW_MILLISECONDS = 3000;
/** After this long without an update of an open job the page says hello: the last update may have been lost. */
const SILENCE_MILLISECONDS = 10_000;
/** Resolve to undefined after a time, and never once `over` is aborted. */
const expire = (milliseconds: number, over: AbortSignal) =>
  new Promise<undefined>((resolve) => {
    const timer = setTimeout(() => resolve(undefined), milliseconds);
    over.addEventListener("abort", () => clearTimeout(timer));
  });

/** `randomUUID` exists only in secure contexts, and many hubs are served over plain HTTP. */
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

export class KernelConnection {
  readonly clock = new Clock();
  #model: Model;
  readonly #form = signal<WidgetState["form"]>(null);
  readonly #job = signal<JobView | null>(null);
  readonly #queue = signal<WidgetState["queue"]>([]);
  readonly #compared = signal<WidgetState["compared"]>(null);
  readonly #grid = signal<WidgetState["grid"]>(null);
  readonly #vote = signal<WidgetState["vote"]>(null);
  readonly #story = signal<WidgetState["story"]>(null);
  readonly #cells = signal<CellsChanged["cells"]>([]);
  readonly #preview = signal<Preview | null>(null);
  readonly #progress = signal<Progress | null>(null);
  readonly #disconnected = signal(false);
  readonly #fed = signal<ReadonlySet<string>>(new Set());
  readonly #pending = signal<readonly Pending[]>([]);
  readonly #refusal = signal<Refusal | null>(null);
  readonly #changes = signal(0);
  readonly #found = signal<Generate | null>(null);
  #silenceTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #slowTimers = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #waiting = new Map<string, (answer: Reply | null) => void>();

  constructor(model: Model) {
    this.#model = model;
    this.#listen();
    if (model.comm_live === false) this.#disconnected.value = true;
  }

  /** Go on with another model of the same widget. */
  adopt(model: Model): void {
    this.#ignore();
    this.#model = model;
    batch(() => this.#listen());
  }

  #listen(): void {
    this.#readForm();
    this.#readJob();
    this.#readQueue();
    this.#readCompared();
    this.#readGrid();
    this.#readVote();
    this.#readStory();
    for (const [event, callback] of this.#callbacks) this.#model.on(event, callback as never);
  }

  #ignore(): void {
    for (const [event, callback] of this.#callbacks) this.#model.off(event, callback as never);
    this.#model.close?.();
  }

  get form(): ReadonlySignal<WidgetState["form"]> {
    return this.#form;
  }
  get job(): ReadonlySignal<JobView | null> {
    return this.#job;
  }
  /** The form's jobs beside the one on view that are being made, or have ended unseen. */
  get queue(): ReadonlySignal<WidgetState["queue"]> {
    return this.#queue;
  }
  /** The compared jobs, when the widget shows nothing but a comparison. */
  get compared(): ReadonlySignal<WidgetState["compared"]> {
    return this.#compared;
  }
  /** Whether the widget is the library, with a form only when one is asked for. */
  get isLibrary(): boolean {
    return this.#model.get("library") ?? false;
  }
  /** The grid, when the widget shows nothing but one. */
  get grid(): ReadonlySignal<WidgetState["grid"]> {
    return this.#grid;
  }
  /** The vote, when the widget shows nothing but one. */
  get vote(): ReadonlySignal<WidgetState["vote"]> {
    return this.#vote;
  }
  /** The story, when the widget shows nothing but one. */
  get story(): ReadonlySignal<WidgetState["story"]> {
    return this.#story;
  }
  /** The cells of the grid that the kernel told of last. */
  get cells(): ReadonlySignal<CellsChanged["cells"]> {
    return this.#cells;
  }
  /** The last picture that came of a clip that is being made. */
  get preview(): ReadonlySignal<Preview | null> {
    return this.#preview;
  }
  get progress(): ReadonlySignal<Progress | null> {
    return this.#progress;
  }
  /** How far a job is: the widget's own as it was reported so far, any other by its last report. */
  progressOf(job: Reported): Progress | null {
    const own = this.#progress.value;
    return own?.job === job.id ? own : advance(null, job);
  }
  get disconnected(): ReadonlySignal<boolean> {
    return this.#disconnected;
  }
  /** The server, where it stands in for a kernel that has gone. */
  get server(): JobServer | null {
    return this.#disconnected.value ? (findHost().server ?? null) : null;
  }
  /** Whether the server tells of a job in the kernel's place, and somebody watches it. */
  isFed(id: string): boolean {
    return this.#fed.value.has(id);
  }
  get pending(): ReadonlySignal<readonly Pending[]> {
    return this.#pending;
  }
  /** The last click whose request was a job already, until the next one. */
  get found(): ReadonlySignal<Generate | null> {
    return this.#found;
  }
  /** The last request that the kernel refused, until the next one is sent. */
  get refusal(): ReadonlySignal<Refusal | null> {
    return this.#refusal;
  }
  /** How often the kernel said that the ledger has changed. */
  get changes(): ReadonlySignal<number> {
    return this.#changes;
  }
  get widgetManager(): unknown {
    return this.#model.widget_manager;
  }

  /** The jobs of the widget that are being made. */
  get openJobs(): readonly JobView[] {
    const job = this.#job.value;
    const beside = [...this.#queue.value, ...(this.#compared.value ?? [])];
    return (job ? [job, ...beside] : beside).filter(isOpen);
  }

  /** Take what the server tells of a job; a kernel that is there again knows better. */
  readonly takeTold = ({ now, watched, job }: Told): void => {
    if (!this.#disconnected.peek()) return;
    batch(() => {
      if (now !== null) this.clock.correct(now);
      const fed = new Set(this.#fed.peek());
      this.#fed.value = watched || !isOpen(job) ? fed.add(job.id) : without(fed, job.id);
      this.#renew(job.id, () => job);
    });
  };

  #renew(id: string, change: (job: JobView) => JobView): void {
    const renew = (job: JobView) => (job.id === id ? change(job) : job);
    const job = this.#job.peek();
    if (job?.id === id) this.#progress.value = advance(this.#progress.peek(), renew(job));
    this.#job.value = job && renew(job);
    this.#queue.value = this.#queue.peek().map(renew);
    this.#compared.value = this.#compared.peek()?.map(renew) ?? null;
  }

  /** A refusal, or that a request was a job already, is read. */
  dismiss(): void {
    batch(() => {
      this.#refusal.value = null;
      this.#found.value = null;
    });
  }

  /** Send a request; false, without sending, while the same request still waits for its ack. */
  send(request: Request): boolean {
    if (
      actions.has(request.type) &&
      this.#pending.peek().some((other) => isSameAction(other.request, request))
    )
      return false;
    this.#post(request);
    return true;
  }

  /** Send a request and wait for its ack; null when the kernel disconnects or `until` is aborted. */
  ask(
    request: Request,
    { chunk, until }: { chunk?: ArrayBuffer; until?: AbortSignal } = {},
  ): Promise<Reply | null> {
    return new Promise((resolve) => {
      const requestId = this.#post(request, chunk);
      this.#waiting.set(requestId, resolve);
      until?.addEventListener("abort", () => this.#waiting.has(requestId) && this.#settle(requestId));
    });
  }

  /**
   * Repeat a request that is safe to repeat until it is answered, since hosts drop messages silently in a flood of output.
   * The first answer to any of its repetitions counts, so that a slow connection still moves on; null when the kernel
   * disconnects.
   */
  async askUntilAnswered(request: Request, timing: RetryTiming, chunk?: ArrayBuffer): Promise<Reply | null> {
    const done = new AbortController();
    const replies: Promise<Reply | null>[] = [];
    const askOnce = async () => {
      const since = performance.now();
      const reply = await this.ask(request, { ...(chunk && { chunk }), until: done.signal });
      if (reply) timing.record(performance.now() - since);
      return reply;
    };
    try {
      for (let timeout = timing.timeoutMilliseconds; !this.#disconnected.peek(); timeout *= 2) {
        replies.push(askOnce());
        const answer = await Promise.race([...replies, expire(timeout, done.signal)]);
        if (answer !== undefined) return answer;
      }
      return null;
    } finally {
      done.abort();
    }
  }

  #post(request: Request, chunk?: ArrayBuffer): string {
    const requestId = newRequestId();
    batch(() => {
      this.#pending.value = [...this.#pending.peek(), { request, requestId, slow: false }];
      if (actions.has(request.type)) {
        this.#refusal.value = null;
        this.#found.value = null;
      }
    });
    this.#slowTimers.set(
      requestId,
      setTimeout(() => this.#markSlow(requestId), SLOW_MILLISECONDS),
    );
    const message = { v: 1, request_id: requestId, ...request } satisfies PageMessage;
    const server = isForServer(request) && this.#disconnected.peek() ? findHost().server : null;
    if (server) void this.#askServer(server, requestId, request as ServerRequest);
    else this.#sendToKernel(message, chunk === undefined ? [] : [chunk]);
    return requestId;
  }

  #sendToKernel(message: PageMessage, chunks: readonly ArrayBuffer[]): void {
    try {
      if (chunks.length === 0) this.#model.send(message);
      else this.#model.send(message, undefined, chunks);
    } catch {
      this.leave(); // JupyterLab throws where the kernel was shut down
    }
  }

  /** The kernel has gone, and with it every answer that somebody waits for. */
  leave(): void {
    batch(() => {
      if (!this.#disconnected.peek()) this.#fed.value = new Set();
      this.#disconnected.value = true;
      for (const { requestId } of this.#pending.peek()) this.#settle(requestId);
    });
  }

  async #askServer(server: JobServer, requestId: string, request: ServerRequest): Promise<void> {
    const message = await server.act(request);
    batch(() => {
      if (request.type === "star" && !message)
        this.#renew(request.job_id, (job) => ({ ...job, starred: request.on }));
      this.#settle(requestId, { ok: !message } as Reply);
      const error = { ...noError, message };
      if (message && actions.has(request.type)) this.#refusal.value = { about: request.type, error, request };
    });
  }

  dispose(): void {
    this.#ignore();
    this.clock.stop();
    clearTimeout(this.#silenceTimer);
    for (const timer of this.#slowTimers.values()) clearTimeout(timer);
    this.#slowTimers.clear();
    for (const requestId of this.#waiting.keys()) this.#resolve(requestId, null);
  }

  readonly #readCompared = (): void => {
    this.#compared.value = this.#model.get("compared") ?? null;
  };

  readonly #readGrid = (): void => {
    this.#grid.value = this.#model.get("grid") ?? null;
    this.#restartSilenceTimer();
  };

  readonly #readVote = (): void => {
    this.#vote.value = this.#model.get("vote") ?? null;
  };

  readonly #readStory = (): void => {
    this.#story.value = this.#model.get("story") ?? null;
    this.#restartSilenceTimer();
  };

  readonly #readForm = (): void => {
    this.#form.value = this.#model.get("form") ?? null;
  };

  readonly #readJob = (): void => {
    const job = this.#model.get("job") ?? null;
    batch(() => {
      this.#disconnected.value = false;
      if (job) this.#settleByJobs([job]);
      this.#progress.value = advance(this.#progress.peek(), job);
      this.#job.value = job;
    });
    this.#restartSilenceTimer();
  };

  readonly #readQueue = (): void => {
    const queue = this.#model.get("queue") ?? [];
    batch(() => {
      this.#settleByJobs(queue);
      this.#queue.value = queue;
    });
    this.#restartSilenceTimer();
  };

  /** Updates get lost as silently as acks; a hello makes the kernel send the job again. */
  #restartSilenceTimer(): void {
    clearTimeout(this.#silenceTimer);
    const job = this.#job.peek();
    const jobs = job ? [job, ...this.#queue.peek()] : this.#queue.peek();
    if (jobs.some(isOpen) || this.#grid.peek()?.making || this.#story.peek()?.in_flight)
      this.#silenceTimer = setTimeout(this.#sendHello, SILENCE_MILLISECONDS);
  }

  /** Say that a view is drawn, and what its host does. */
  sayHello(): void {
    this.send({ type: "hello", strips_views: findHost().stripsViews ?? false });
  }

  readonly #sendHello = (): void => {
    const lost = this.#pending.peek().filter(({ request }) => request.type === "hello");
    for (const { requestId } of lost) this.#settle(requestId);
    if (!this.#disconnected.peek()) this.sayHello();
    this.#restartSilenceTimer();
  };

  readonly #receive = (message: unknown, buffers?: readonly DataView[]): void => {
    const told = message as Changed | CellsChanged | PreviewShown | Ack | null;
    if (told?.type === "changed") this.#changes.value += 1;
    if (told?.type === "cells") this.#cells.value = told.cells;
    if (told?.type === "preview" && buffers?.[0])
      this.#preview.value = { job: told.job_id, picture: new Blob([buffers[0] as DataView<ArrayBuffer>]) };
    if (!isAck(message)) return;
    const pending = this.#pending.peek().find(({ requestId }) => requestId === message.request_id);
    if (pending === undefined) return;
    batch(() => {
      this.#disconnected.value = false;
      this.clock.correct(message.now);
      const [chunk] = buffers ?? [];
      this.#settle(pending.requestId, chunk ? { ...message, chunk, chunks: buffers ?? [] } : message);
      if (message.found && pending.request.type === "generate") this.#found.value = pending.request;
      if (!message.ok && message.error !== null && actions.has(pending.request.type)) {
        const { request } = pending;
        this.#refusal.value = { about: request.type, error: message.error, request };
      }
    });
  };

  /** JupyterLab fires this when a kernel dies or restarts; anywidget forwards the event without its value. */
  readonly #readConnectionState = (): void => {
    if (this.#model.comm_live) this.#disconnected.value = false;
    else this.leave();
  };

  readonly #callbacks = [
    ["change:form", this.#readForm],
    ["change:job", this.#readJob],
    ["change:queue", this.#readQueue],
    ["change:compared", this.#readCompared],
    ["change:grid", this.#readGrid],
    ["change:vote", this.#readVote],
    ["change:story", this.#readStory],
    ["msg:custom", this.#receive],
    ["comm_live_update", this.#readConnectionState],
  ] as const;

  /** An ack can get lost in a flood of output: a new job with the prompt of a slow request settles it. */
  #settleByJobs(jobs: readonly JobView[]): void {
    const known = new Set([this.#job.peek(), ...this.#queue.peek()].map((job) => job?.id));
    const prompts = jobs.filter(({ id }) => !known.has(id)).map(({ prompt }) => prompt);
    for (const { request, requestId, slow } of this.#pending.peek()) {
      if (slow && request.type === "generate" && prompts.includes(request.request.prompt))
        this.#settle(requestId);
    }
  }

  #settle(requestId: string, answer: Reply | null = null): void {
    clearTimeout(this.#slowTimers.get(requestId));
    this.#slowTimers.delete(requestId);
    this.#resolve(requestId, answer);
    this.#pending.value = this.#pending.peek().filter((other) => other.requestId !== requestId);
  }

  #resolve(requestId: string, answer: Reply | null): void {
    this.#waiting.get(requestId)?.(answer);
    this.#waiting.delete(requestId);
  }

  #markSlow(requestId: string): void {
    this.#slowTimers.delete(requestId);
    this.#pending.value = this.#pending
      .peek()
      .map((other) => (other.requestId === requestId ? { ...other, slow: true } : other));
  }
}

/**
 * Requests that change something: one click sends one, and a refusal is shown. The others are queries of their caller. A
 * double click is the same request twice; another prompt is another click.
 */
const actions: ReadonlySet<RequestType> = new Set([
  "generate",
  "show",
  "cancel",
  "detach",
  "watch",
  "resend",
  "edit",
  "recall",
  "choose",
]);
/** What the server can do as well as a kernel. */
type ServerRequest = Extract<Request, { type: "cancel" | "detach" | "watch" | "star" }>;
const serverRequests: ReadonlySet<RequestType> = new Set(["cancel", "detach", "watch", "star"]);
const isForServer = ({ type }: Request): boolean => serverRequests.has(type);
/** A refusal of the server is a sentence. */
const noError: Omit<ErrorView, "message"> = {
  code: "cancel",
  next: "",
  field: null,
  sent: "yes",
  charged: "unknown",
  request_id: null,
  retry_after: null,
  billing: "",
};
const without = <T>(set: Set<T>, one: T): Set<T> => {
  set.delete(one);
  return set;
};
const getSubject = (request: Request): string => {
  if (request.type === "generate") return JSON.stringify([request.request, request.new, request.yes]);
  return "job_id" in request ? request.job_id : "";
};
const isSameAction = (one: Request, other: Request) =>
  one.type === other.type && getSubject(one) === getSubject(other);
