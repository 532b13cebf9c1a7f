/** A widget's model whose other end is in the page: traits, and messages that are answered. */

import type { Model } from "../src/kernel/connection";
import type { Ack, CellsChanged, ErrorView, PageMessage, WidgetState } from "../src/kernel/protocol.gen";

type Callback = (...values: never[]) => void;

/** What an ack says beside that it is one, and the bytes that go with it. */
export interface Outcome {
  readonly ack?: Partial<Ack>;
  readonly buffers?: readonly DataView[];
}
export type Handle = (message: PageMessage) => Outcome | Promise<Outcome>;

/** Thrown for what a message asks and is not done. */
export class Refusal extends Error {
  readonly view: ErrorView;

  constructor(message: string, next = "", code = "unsupported") {
    super(message);
    const unknown = { field: null, request_id: null, retry_after: null, billing: "" };
    this.view = { ...unknown, code, message, next, sent: "no", charged: "no" };
  }
}

/** What is said to whatever needs a kernel of one's own. */
export function refuse(): Refusal {
  return new Refusal(
    "This is a rehearsal: that needs a notebook of your own.",
    "Install jupyter-videogen; it takes a minute, and no key.",
  );
}

const EMPTY: WidgetState = {
  form: null,
  job: null,
  queue: [],
  compared: null,
  grid: null,
  vote: null,
  story: null,
  library: false,
};
const NOTHING: Omit<Ack, "request_id" | "now"> = {
  type: "ack",
  v: 1,
  ok: true,
  error: null,
  key: null,
  page: null,
  rows: null,
  job: null,
  medium: null,
  text: null,
  recalled: null,
  servers: null,
  found: false,
};

/** The seconds since the epoch, as the kernel tells them. */
export const getNow = (): number => Date.now() / 1000;

export class StandInModel implements Model {
  readonly comm_live = true;
  readonly widget_manager: unknown;
  readonly #handle: Handle;
  readonly #listeners = new Map<string, Set<Callback>>();
  #state: WidgetState;

  constructor(state: Partial<WidgetState>, handle: Handle, manager: unknown) {
    this.#state = { ...EMPTY, ...state };
    this.#handle = handle;
    this.widget_manager = manager;
  }

  get<K extends keyof WidgetState>(name: K): WidgetState[K] {
    return this.#state[name];
  }
  on(event: string, callback: Callback): void {
    this.#listeners.set(event, (this.#listeners.get(event) ?? new Set()).add(callback));
  }
  off(event: string, callback: Callback): void {
    this.#listeners.get(event)?.delete(callback);
  }
  /** Take a message of the page; its answer comes later, as from a kernel. */
  send(message: unknown): void {
    void this.#answer(message as PageMessage);
  }

  /** Change traits. */
  set(change: Partial<WidgetState>): void {
    this.#state = { ...this.#state, ...change };
    for (const name of Object.keys(change)) this.#emit(`change:${name}`);
  }
  /** Tell the page something unasked. */
  tell(message: CellsChanged): void {
    this.#emit("msg:custom", message, []);
  }

  async #answer(message: PageMessage): Promise<void> {
    await Promise.resolve();
    const { ack = {}, buffers = [] } = await this.#settle(message);
    const { request_id } = message;
    this.#emit("msg:custom", { ...NOTHING, request_id, now: getNow(), ...ack } satisfies Ack, buffers);
  }

  async #settle(message: PageMessage): Promise<Outcome> {
    try {
      return await this.#handle(message);
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal(String(error), "", "error");
      return { ack: { ok: false, error: refusal.view } };
    }
  }

  #emit(event: string, ...values: unknown[]): void {
    for (const callback of this.#listeners.get(event) ?? [])
      (callback as (...all: unknown[]) => void)(...values);
  }
}
