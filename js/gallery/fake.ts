/** A fake kernel that answers only when a test makes it, and the values that tests and the gallery show. */

import type {
  Ack,
  ErrorView,
  FormView,
  HistoryPage,
  JobView,
  ModelView,
  PageMessage,
  TileView,
  WidgetState,
} from "../src/kernel/protocol.gen";
import { empty } from "../src/state/request-draft";

type Callback = (...values: never[]) => void;

export class FakeModel {
  readonly sent: PageMessage[] = [];
  readonly pieces: ArrayBuffer[] = [];
  readonly listeners = new Map<string, Set<Callback>>();
  widget_manager: unknown = { resolveUrl: async (url: string) => `/files/${url}` };
  comm_live = true;
  #state: WidgetState;

  constructor(state: Partial<WidgetState> = {}) {
    const none = {
      form: null,
      job: null,
      queue: [],
      compared: null,
      grid: null,
      vote: null,
      story: null,
      library: false,
    };
    this.#state = { ...none, ...state };
  }
  get = <K extends keyof WidgetState>(name: K): WidgetState[K] => this.#state[name];
  on = (event: string, callback: Callback): void => {
    this.listeners.set(event, (this.listeners.get(event) ?? new Set()).add(callback));
  };
  off = (event: string, callback: Callback): void => {
    this.listeners.get(event)?.delete(callback);
  };
  send = (message: unknown, _callbacks?: unknown, pieces: readonly ArrayBuffer[] = []): void => {
    this.sent.push(message as PageMessage);
    this.pieces.push(...pieces);
  };

  set(change: Partial<WidgetState>): void {
    this.#state = { ...this.#state, ...change };
    for (const name of Object.keys(change)) this.emit(`change:${name}`);
  }
  emit(event: string, ...values: unknown[]): void {
    for (const callback of this.listeners.get(event) ?? [])
      (callback as (...all: unknown[]) => void)(...values);
  }
  ack(message: PageMessage | undefined, change: Partial<Ack> = {}, buffers: readonly DataView[] = []): void {
    const { request_id } = message ?? { request_id: "" };
    this.emit(
      "msg:custom",
      {
        type: "ack",
        v: 1,
        request_id,
        ok: true,
        now: Date.now() / 1000,
        error: null,
        page: null,
        job: null,
        medium: null,
        text: null,
        rows: null,
        recalled: null,
        found: false,
        key: null,
        servers: null,
        ...change,
      },
      buffers,
    );
  }
  /** Messages of one type, oldest first. */
  of<T extends PageMessage["type"]>(type: T): Extract<PageMessage, { type: T }>[] {
    return this.sent.filter((message): message is Extract<PageMessage, { type: T }> => message.type === type);
  }
  get listening(): number {
    return [...this.listeners.values()].reduce((count, callbacks) => count + callbacks.size, 0);
  }
}

export const START = 1_700_000_000;

export const model: ModelView = {
  id: "wan-2.7",
  title: "Wan 2.7",
  durations: [4, 8, 12],
  shortest: 4,
  longest: 12,
  default_duration: 8,
  sizes: ["1280x720", "720x1280"],
  size_range: null,
  default_size: "1280x720",
  takes: ["duration", "size", "seed"],
  aspects: [],
  resolutions: [],
  slowest_fps: 1,
  fastest_fps: 120,
  most: 1,
  image_matches_size: false,
  prompt_optional: false,
  longest_prompt: 32_000,
  largest_seed: 4_294_967_295,
  price: null,
  usual: null,
  runs: 0,
  inputs: [],
};

export const form: FormView = {
  provider: "aihubmix",
  provider_label: "AIHubMix",
  simulated: false,
  free: false,
  providers: [],
  models: [model],
  other: null,
  listed: true,
  listed_at: null,
  tests: false,
  retired: [],
  shared: false,
  keyring: true,
  improves: false,
  guest: false,
  start: { ...empty, prompt: "A paper boat", model: "wan-2.7" },
};

export const error = (change: Partial<ErrorView> = {}): ErrorView => ({
  code: "provider_error",
  message: "AIHubMix had a problem",
  next: "Try again in a minute.",
  field: null,
  sent: "yes",
  charged: "unknown",
  request_id: null,
  retry_after: null,
  billing: "",
  ...change,
});

export const job = (change: Partial<JobView> = {}): JobView => ({
  id: "k3q7x2ma",
  state: "running",
  detached: false,
  progress: null,
  status: "",
  provider: "aihubmix",
  provider_label: "AIHubMix",
  simulated: false,
  free: false,
  model: "wan-2.7",
  prompt: "A paper boat",
  duration: 8,
  size: "1280x720",
  seed: 418,
  cost: null,
  cost_source: "unknown",
  synchronous: false,
  searching: false,
  reused: false,
  starred: false,
  usual: null,
  slow: null,
  runs: 0,
  next_look_at: null,
  clips: [],
  saves_as: "videogen/paper boat#1.mp4",
  request: { ...empty, prompt: "A paper boat", model: "wan-2.7", duration: 8, size: "1280x720", seed: 418 },
  created_at: START,
  finished_at: null,
  saved_bytes: null,
  total_bytes: null,
  can_cancel: false,
  clip: null,
  error: null,
  warnings: [],
  suggestions: [],
  needs_kernel: false,
  can_share: true,
  ...change,
});

export const clip = {
  src: "videogen/paper boat#1.mp4",
  bytes: 3_800_000,
  seconds: 8,
  width: 1280,
  height: 720,
  poster: true,
  credentials: "",
  captions: "",
};
export const ready = (change: Partial<JobView> = {}): JobView =>
  job({ state: "succeeded", finished_at: START + 66, clip, clips: [clip], ...change });

/** A job as the library's tile of it. */
export const tile = (view: JobView, gone = false): TileView => ({
  id: view.id,
  state: view.state,
  searching: view.searching,
  progress: view.progress,
  saved_bytes: view.saved_bytes,
  total_bytes: view.total_bytes,
  prompt: view.prompt.slice(0, 160),
  model: view.model,
  duration: view.duration,
  cost: view.cost,
  cost_source: view.cost_source,
  created_at: view.created_at,
  starred: view.starred,
  error: view.error?.message ?? null,
  clip: view.clip,
  gone,
});

/** A page of the library that holds these tiles, the first ones of `total`. */
export const page = (tiles: readonly TileView[], change: Partial<HistoryPage> = {}): HistoryPage => ({
  tiles,
  offset: 0,
  total: tiles.length,
  spent: tiles.reduce((sum, { cost, clip: clip_ }) => sum + (clip_ ? (cost ?? 0) : 0), 0),
  ready: tiles.filter(({ clip }) => clip !== null).length,
  making: tiles.filter(({ state }) => state === "running" || state === "unknown_outcome").length,
  failed: tiles.filter(({ state }) => state === "failed").length,
  models: [...new Set(tiles.map(({ model: name }) => name))].map((name) => ({
    model: name,
    jobs: tiles.filter((one) => one.model === name).length,
  })),
  ...change,
});
