/**
 * Opens a widget's other end anew, in a kernel that was restarted. The host's widgets are gone with their kernel, so the
 * page opens a comm of its own, to `widget/reconnection.py`, which speaks as ipywidgets does.
 */

import type { Model } from "./connection";
import type { WidgetState } from "./protocol.gen";

const TARGET = "jupyter_videogen";
/** Leaves no name in the user's namespace. */
const INSTALL = `__import__("jupyter_videogen.widget.reconnection", fromlist=["install"]).install()`;
const LOOK_MILLISECONDS = 2000;

/** The parts of JupyterLab's comm and kernel that are used. */
interface CommMessage {
  readonly content: { readonly data: unknown };
  readonly buffers?: readonly DataView[];
}
interface Comm {
  readonly isDisposed: boolean;
  onMsg: (message: CommMessage) => void;
  onClose: () => void;
  open(data: unknown): unknown;
  send(data: unknown, metadata?: unknown, buffers?: readonly ArrayBuffer[]): unknown;
  close(): unknown;
}
export interface HostKernel {
  readonly status: string;
  readonly isDisposed?: boolean;
  createComm(target: string): Comm;
  requestExecute(content: object): {
    readonly done: Promise<{ readonly content: { readonly status: string } }>;
  };
}

const ready = new Set(["idle", "busy"]);
const starting = new Set(["starting", "restarting", "autorestarting"]);

const getKernel = (manager: unknown) => ((manager ?? {}) as { kernel?: HostKernel | null }).kernel ?? null;

/** The notebook's kernel, where the host names it and it answers; it may be another than the one that made the widget. */
export function getReadyKernel(manager: unknown): HostKernel | null {
  const kernel = getKernel(manager);
  return kernel && ready.has(kernel.status) ? kernel : null;
}

export const isKernelStarting = (manager: unknown): boolean => starting.has(getKernel(manager)?.status ?? "");

/** Whether the host names its kernel and has none any more. One that was shut down takes its comms along without a word. */
export function isKernelGone(manager: unknown): boolean {
  if (typeof manager !== "object" || manager === null || !("kernel" in manager)) return false;
  const kernel = getKernel(manager);
  return kernel === null || kernel.isDisposed === true || kernel.status === "dead";
}

interface Update {
  readonly method: string;
  readonly state?: Partial<WidgetState>;
  readonly content?: unknown;
}
type Callback = (...values: never[]) => void;

/** A model over a comm of the page. */
class CommModel implements Model {
  readonly widget_manager: unknown;
  readonly #comm: Comm;
  readonly #listeners = new Map<string, Set<Callback>>();
  #state: Partial<WidgetState> = {};
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(comm: Comm, manager: unknown) {
    this.#comm = comm;
    this.widget_manager = manager;
    comm.onMsg = this.#receive;
    comm.onClose = this.#end;
    // A restarted kernel disposes of its comms without a word.
    this.#timer = setInterval(() => comm.isDisposed && this.#end(), LOOK_MILLISECONDS);
  }

  get comm_live(): boolean {
    return !this.#comm.isDisposed;
  }

  get<K extends keyof WidgetState>(name: K): WidgetState[K] | undefined {
    return this.#state[name];
  }
  on(event: string, callback: Callback): void {
    this.#listeners.set(event, (this.#listeners.get(event) ?? new Set()).add(callback));
  }
  off(event: string, callback: Callback): void {
    this.#listeners.get(event)?.delete(callback);
  }
  send(content: unknown, _callbacks?: unknown, buffers: readonly ArrayBuffer[] = []): void {
    if (this.comm_live) this.#comm.send({ method: "custom", content }, {}, buffers);
  }
  /** Open the comm and wait for the widget's state; null when the kernel closes it. */
  start(wanted: Wanted): Promise<Model | null> {
    return new Promise((resolve) => {
      this.on("update", () => resolve(this));
      this.on("comm_live_update", () => resolve(null));
      this.#comm.open(wanted);
      this.#comm.send({ method: "request_state" });
    });
  }
  close(): void {
    clearInterval(this.#timer);
    if (this.comm_live) this.#comm.close();
  }

  #emit(event: string, ...values: unknown[]): void {
    for (const callback of this.#listeners.get(event) ?? [])
      (callback as (...all: unknown[]) => void)(...values);
  }

  readonly #receive = ({ content, buffers }: CommMessage): void => {
    const { method, state, content: message } = content.data as Update;
    if (method === "custom") this.#emit("msg:custom", message, buffers);
    if (method !== "update" || !state) return;
    this.#state = { ...this.#state, ...state };
    for (const name of Object.keys(state)) this.#emit(`change:${name}`);
    this.#emit("update");
  };

  readonly #end = (): void => {
    clearInterval(this.#timer);
    this.#emit("comm_live_update");
  };
}

/** What the new widget shows. */
export interface Wanted {
  readonly job_id: string;
  readonly provider: string;
  readonly has_form: boolean;
  /** The form's other jobs that are being made. */
  readonly queue: readonly string[];
}

/** Open the other end; null where the kernel can't load the package. */
export async function openModel(manager: unknown, wanted: Wanted): Promise<Model | null> {
  const kernel = getReadyKernel(manager);
  if (kernel === null) return null;
  const { content } = await kernel.requestExecute({ code: INSTALL, silent: true, store_history: false }).done;
  if (content.status !== "ok") return null;
  const model = new CommModel(kernel.createComm(TARGET), manager);
  return model.start(wanted);
}
