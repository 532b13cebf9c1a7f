/** Made-up grids, and a kernel that answers for them: tests and the gallery show the same. */

import type {
  GridCellView,
  GridColumnView,
  GridRowView,
  GridView,
  PageMessage,
} from "../src/kernel/protocol.gen";
import { clip, FakeModel, START } from "./fake";

const PROMPTS = [
  "Northern lights over a mountain lake, slow tilt up from the water",
  "A paper boat crossing a neon-lit puddle in the rain",
  "Waves at sunset, slow pan along the shore",
  "A shoal of fish under water, light from above, the camera rises with the bubbles",
  "Dunes in the desert at golden hour",
  "Above the clouds at dawn",
  "دو قایق کاغذی در باران",
];

export const column = (change: Partial<GridColumnView> = {}): GridColumnView => ({
  model: "wan-2.7",
  provider: "aihubmix",
  seed: 1,
  take: 1,
  values: [],
  ...change,
});

/** Columns of models and seeds, as a grid orders them. */
export const columns = (models: readonly string[], seeds: readonly number[]): readonly GridColumnView[] =>
  models.flatMap((model) => seeds.map((seed) => column({ model, seed })));

export const cell = (position: number, change: Partial<GridCellView> = {}): GridCellView => ({
  position,
  row: 0,
  column: position,
  job_id: null,
  state: "waiting",
  progress: null,
  status: "",
  reason: "",
  error: "",
  step: "",
  price: 0.12,
  started_at: null,
  seconds: null,
  clip: null,
  rating: null,
  starred: false,
  checks: "",
  aspect: 16 / 9,
  ...change,
});

export const readyCell = (position: number, change: Partial<GridCellView> = {}): GridCellView =>
  cell(position, {
    state: "ready",
    job_id: `job${String(position).padStart(5, "0")}`,
    clip: { ...clip, src: `videogen/clip-${position}.mp4` },
    seconds: 44 + (position % 30),
    started_at: START - 60,
    ...change,
  });

const filtered = {
  state: "failed",
  reason: "Held back by filter",
  error: "AIHubMix refused the prompt.",
  step: "retry",
} as const;
const timedOut = { state: "failed", reason: "The service timed out", error: "504", step: "retry" } as const;
const lost = {
  state: "undecided",
  reason: "We lost the answer",
  error: "We lost the answer after sending.",
  step: "look",
} as const;
const charged = { state: "undecided", reason: "May be charged", error: "504", step: "resend" } as const;

export class GridKernel {
  readonly cells: GridCellView[];
  readonly view: GridView;
  /** Draws the pictures that are asked for; without it there are none. */
  drawStill: ((number: number) => Promise<DataView>) | null = null;

  constructor(
    change: Partial<GridView> = {},
    change_: (position: number) => Partial<GridCellView> | null = () => null,
  ) {
    const own = change.columns ?? columns(["wan-2.7", "kling-o3", "veo-3.1-fast"], [1, 2]);
    const rows = change.rows ?? 20;
    this.cells = Array.from({ length: rows * own.length }, (_, position) => {
      const shape = change.aspect === undefined ? {} : { aspect: change.aspect };
      const place = { row: Math.floor(position / own.length), column: position % own.length, ...shape };
      const told = change_(position);
      const made = told === null ? cell(position, place) : readyCell(position, { ...place, ...told });
      return made.state === "ready" ? made : { ...made, clip: null };
    });
    const count = (...states: readonly GridCellView["state"][]) =>
      this.cells.filter(({ state }) => states.includes(state)).length;
    const done = count("ready");
    const clips = this.cells.length;
    this.view = {
      name: "study-1",
      guest: false,
      state: "running",
      question: null,
      aspect: 16 / 9,
      prompt: rows === 1 ? "A pine forest in morning mist, rays of sun" : "",
      shared: "4 s · 832×480",
      columns: own,
      rows,
      clips,
      ready: done,
      making: count("making", "sending"),
      waiting: count("waiting"),
      failed: count("failed"),
      undecided: count("undecided"),
      cancelled: count("cancelled"),
      progress: (100 * (done + 2)) / clips,
      spent: done * 0.12,
      estimate: clips * 0.12,
      unpriced: 0,
      free: false,
      left: 350,
      retry_cost: count("failed") * 0.12,
      resend_cost: count("undecided") * 0.12,
      notices: [],
      figures: [...new Set(own.map(({ model }) => model))].map((model, at) => ({
        model,
        rating: 3.3 + at * 0.45,
        rated: 14 - at,
        seconds: 47 + at * 23,
        cost: 0.08 + at * 0.04,
        ready: done,
      })),
      work: [],
      ...change,
    };
  }

  rows(search = "", only = ""): readonly GridRowView[] {
    const across = this.view.columns.length;
    return Array.from({ length: this.view.rows }, (_, row) => ({
      row,
      label: `p-${String(row + 1).padStart(2, "0")}`,
      prompt: this.view.prompt || (PROMPTS[row % PROMPTS.length] ?? ""),
      cells: this.cells.slice(row * across, (row + 1) * across),
    }))
      .filter(({ prompt }) => prompt.toLowerCase().includes(search.toLowerCase()))
      .filter(
        ({ cells }) =>
          only === "" ||
          cells.some(({ state }) => state === "undecided" || (only === state && state === "failed")),
      );
  }

  /** A model whose messages are answered as they come. */
  start(): FakeModel {
    const fake = new FakeModel({ grid: this.view });
    const { send } = fake;
    fake.send = (message, callbacks, pieces) => {
      send(message, callbacks, pieces);
      queueMicrotask(() => void this.answer(fake, message as PageMessage));
    };
    return fake;
  }

  /** Tell the page that cells have changed. */
  tell(fake: FakeModel, ...cells: readonly GridCellView[]): void {
    for (const one of cells) this.cells[one.position] = one;
    fake.emit("msg:custom", { type: "cells", v: 1, cells });
  }

  async answer(fake: FakeModel, message: PageMessage): Promise<void> {
    if (message.type === "grid_rows") {
      const { offset, limit } = message;
      const rows = this.rows(message.search, message.only);
      fake.ack(message, { rows: { rows: rows.slice(offset, offset + limit), offset, total: rows.length } });
    } else if (message.type === "posters") {
      const { drawStill } = this;
      const stills = message.job_ids.map(
        (id) => drawStill?.(Number.parseInt(id.slice(3), 10)) ?? new DataView(new ArrayBuffer(0)),
      );
      fake.ack(message, {}, await Promise.all(stills));
    } else if (message.type === "export") fake.ack(message, { text: `study-1.${message.kind}` });
    else if (message.type !== "module" && message.type !== "detail") fake.ack(message);
  }
}

const ratings = [4, 3, 4, 4, 5, 4, 3, 4, 4, null, 5, null, 3, null, null, 4, null, 4, 4];
/** A study as it is being made. */
export const study = (change: Partial<GridView> = {}): GridKernel =>
  new GridKernel({ left: 350, ...change }, (position) => {
    if (position === 9) return filtered;
    if (position === 28) return timedOut;
    if (position === 21) return { state: "making", progress: 88 };
    if (position === 23) return { state: "making", progress: 34 };
    if (position === 25) return { state: "making", progress: 62 };
    if (position === 30) return { state: "sending", progress: null };
    if (position < 25) return { rating: ratings[position] ?? null, starred: position === 2 };
    return null;
  });

/** The same with outcomes that only a person can decide on. */
export const undecidedStudy = (change: Partial<GridView> = {}): GridKernel =>
  new GridKernel(
    { notices: ["AIHubMix refused this key. Its clips wait until you replace it."], ...change },
    (position) => {
      if (position === 2) return lost;
      if (position === 5) return charged;
      if (position === 8) return { state: "gone" };
      if (position === 9) return { state: "cancelled" };
      return position < 20 ? {} : null;
    },
  );

/** What the checks found stands on the tiles, also on one that is starred or rated. */
export const checkedStudy = (): GridKernel =>
  new GridKernel({ state: "ended", rows: 3, left: null }, (position) => ({
    checks: ["", "frozen 2.1 s", "black 0.50 s, 3 cuts", "", "flicker 10 Hz"][position % 5] ?? "",
    rating: position % 3 === 0 ? 4 : null,
    starred: position % 4 === 1,
  }));

/** Portrait and landscape of the same prompts. */
export const shapes = (): GridKernel =>
  new GridKernel(
    {
      rows: 6,
      aspect: 1,
      shared: "4 s",
      columns: ["wan-2.7", "kling-o3"].flatMap((model) =>
        ["1280×720", "720×1280"].map((size) => column({ model, values: [size] })),
      ),
    },
    (position) => (position < 9 ? { aspect: position % 2 === 0 ? 16 / 9 : 9 / 16 } : null),
  );

/** A study that asks before it is sent. */
export const planned = (change: Partial<GridView> = {}): GridKernel =>
  new GridKernel({
    state: "planned",
    left: null,
    progress: 0,
    spent: 0,
    question: {
      token: "t0ken",
      words: "120 clips, about $14.40; about 22 min at 4 at once.",
      clips: 120,
      cost: 14.4,
      unpriced: 0,
    },
    ...change,
  });

/** Takes of one prompt. */
export const takes = (count: number, change: Partial<GridView> = {}): GridKernel =>
  new GridKernel(
    {
      rows: 1,
      columns: columns(
        ["wan-2.7"],
        Array.from({ length: count }, (_, at) => at + 1),
      ),
      shared: "wan-2.7 · 4 s · 1280×720 · seeds 1–20",
      left: 110,
      ...change,
    },
    (position) => {
      if (position === 8) return timedOut;
      if (position === 13) return { state: "making", progress: 88 };
      if (position === 14) return { state: "making", progress: 62 };
      if (position === 15) return { state: "making", progress: 41 };
      if (position === 16) return { state: "making", progress: 7 };
      return position < 13
        ? { starred: position === 1 || position === 5, rating: position === 3 ? 4 : null }
        : null;
    },
  );
