/** Stands in for a grid: its cells are made a few at a time, one fails and may be tried again, clips can be rated. */

import type {
  ErrorView,
  GridAct,
  GridCellView,
  GridFigures,
  GridPage,
  GridRows,
  GridRowView,
  GridView,
  JobView,
  PageMessage,
} from "../src/kernel/protocol.gen";
import { makeFinished, SEED } from "./compare-kernel";
import type { Contestant } from "./data";
import { type Stage, StandInKernel } from "./kernel";
import { getNow, type Outcome } from "./stand-in-model";
import { listStyled } from "./styles";

/** Cells that are made at a time. */
const PLACES = 2;
/** Milliseconds from one report of a cell to the next. */
const PACE = 500;
const PERCENTS = [1, 34, 71];
/** The place of the cell that fails at its first try. */
const FAILS = 4;

const WAITING = {
  job_id: null,
  state: "waiting",
  progress: null,
  status: "",
  reason: "",
  error: "",
  step: "",
  started_at: null,
  seconds: null,
  clip: null,
} as const;

function planCell(position: number, across: number): GridCellView {
  const place = { position, row: Math.floor(position / across), column: position % across };
  return { ...WAITING, ...place, price: 0, rating: null, starred: false, checks: "", aspect: 16 / 9 };
}

const median = (values: readonly number[]): number | null =>
  [...values].sort((one, other) => one - other)[Math.floor((values.length - 1) / 2)] ?? null;
const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

const describe = ({ message, next }: ErrorView): string => [message, next].filter(Boolean).join(" ");

export class GridKernel extends StandInKernel {
  readonly #cells: GridCellView[];
  readonly #scenes: readonly string[];
  readonly #contestants: readonly Contestant[];
  readonly #tried = new Set<number>();
  #state: GridView["state"] = "running";
  #changed = new Set<number>();

  constructor(stage: Stage) {
    super(stage, {});
    this.#scenes = listStyled(stage.data);
    this.#contestants = stage.data.contestants;
    const [length, across] = [this.#scenes.length * this.#contestants.length, this.#contestants.length];
    this.#cells = Array.from({ length }, (_, position) => planCell(position, across));
    this.model.set({ grid: this.#describe() });
    this.#fill();
  }

  protected override handle(message: PageMessage): Outcome | Promise<Outcome> {
    switch (message.type) {
      case "grid_rows":
        return { ack: { rows: this.#read(message) } };
      case "grid_act":
        return this.#act(message);
      case "rate":
        return this.#mark(message.job_id, { rating: message.rating || null });
      case "star":
        return this.#mark(message.job_id, { starred: message.on });
      default:
        return super.handle(message);
    }
  }

  protected override retell(): void {
    this.model.set({ grid: this.#describe() });
  }

  #act({ action, cells }: GridAct): Outcome {
    if (action === "pause") this.#state = "paused";
    if (action === "cancel") this.#cancel();
    if (action === "resume" || action === "retry") this.#state = "running";
    if (action === "retry") this.#retry(cells);
    this.#fill();
    return {};
  }

  #cancel(): void {
    this.#state = "cancelled";
    for (const { position, state } of this.#cells)
      if (state === "waiting") this.#change(position, { state: "cancelled", step: "retry" });
  }

  /** Try cells again: those that are named, else all that failed. */
  #retry(positions: readonly number[]): void {
    const isMeant = (position: number) => positions.length === 0 || positions.includes(position);
    for (const { position, state } of this.#cells)
      if ((state === "failed" || state === "cancelled") && isMeant(position)) this.#change(position, WAITING);
  }

  #mark(id: string, change: Partial<GridCellView>): Outcome {
    this.getJob(id);
    const cell = this.#cells.find(({ job_id }) => job_id === id);
    if (cell) this.#change(cell.position, change);
    return {};
  }

  /** Begin the next cells while there are places. */
  #fill(): void {
    const making = () => this.#cells.filter(({ state }) => state === "making").length;
    for (const cell of this.#cells) {
      if (this.#state !== "running" || making() >= PLACES) break;
      if (cell.state === "waiting") this.#make(cell.position);
    }
    this.#tellSoon();
  }

  #make(position: number): void {
    this.#change(position, { ...WAITING, state: "making", started_at: getNow() });
    this.#report(position, PERCENTS);
  }

  #report(position: number, [progress, ...others]: readonly number[]): void {
    this.stage.later(PACE, () => {
      if (progress === undefined) return this.#end(position);
      this.#change(position, { progress });
      this.#report(position, others);
    });
  }

  #end(position: number): void {
    const isFirst = !this.#tried.has(position);
    this.#tried.add(position);
    if (position === FAILS && isFirst) this.#refuse(position);
    else this.#finish(position);
    this.#fill();
  }

  #refuse(position: number): void {
    const error = describe(this.stage.data.refusal);
    this.#change(position, {
      ...WAITING,
      state: "failed",
      reason: "Held back by filter",
      error,
      step: "retry",
    });
  }

  #finish(position: number): void {
    const { row, column } = this.#cells[position] as GridCellView;
    const contestant = this.#contestants[column] as Contestant;
    const job = makeFinished(this.stage, this.#scenes[row] ?? "", contestant);
    this.jobs.set(job.view.id, job);
    const { id, clip }: JobView = job.view;
    this.#change(position, {
      ...WAITING,
      state: "ready",
      job_id: id,
      clip,
      seconds: contestant.seconds,
      started_at: getNow() - contestant.seconds,
    });
  }

  #change(position: number, change: Partial<GridCellView>): void {
    this.#cells[position] = { ...(this.#cells[position] as GridCellView), ...change };
    if (this.#changed.size === 0) this.#tellSoon();
    this.#changed.add(position);
  }

  /** Tell what has changed, cells before the header that counts them. */
  #tellSoon(): void {
    this.stage.later(0, () => {
      const cells = [...this.#changed].map((position) => this.#cells[position] as GridCellView);
      this.#changed = new Set();
      if (cells.length > 0) this.model.tell({ type: "cells", v: 1, cells });
      this.model.set({ grid: this.#describe() });
    });
  }

  #read({ offset, limit, search, only }: GridRows): GridPage {
    const isStuck = ({ cells }: GridRowView) => cells.some(({ state }) => state === "failed");
    const fit = this.#scenes
      .map((scene, row) => this.#readRow(scene, row))
      .filter(
        (row) =>
          row.prompt.toLowerCase().includes(search.trim().toLowerCase()) &&
          (only === "" || (only === "failed" && isStuck(row))),
      );
    return { rows: fit.slice(offset, offset + limit), offset, total: fit.length };
  }

  #readRow(scene: string, row: number): GridRowView {
    const [, prompt = ""] = this.stage.data.vocabulary.examples[scene] ?? [];
    const cells = this.#cells.filter((cell) => cell.row === row);
    return { row, label: String(row + 1), prompt, cells };
  }

  #describe(): GridView {
    const count = (state: GridCellView["state"]) => this.#cells.filter((cell) => cell.state === state).length;
    const [ready, making, waiting, failed] = (["ready", "making", "waiting", "failed"] as const).map(count);
    const clips = this.#cells.length;
    const isOpen = (making ?? 0) + (waiting ?? 0) > 0;
    const ended = this.#state === "running" && !isOpen ? "ended" : this.#state;
    return {
      name: "rehearsal",
      guest: false,
      state: ended,
      question: null,
      prompt: "",
      shared: "3 s · 480×270",
      columns: this.#contestants.map(({ model }) => ({
        model,
        provider: "local",
        seed: SEED,
        take: 1,
        values: [],
      })),
      rows: this.#scenes.length,
      clips,
      ready: ready ?? 0,
      making: making ?? 0,
      waiting: waiting ?? 0,
      failed: failed ?? 0,
      undecided: 0,
      cancelled: count("cancelled"),
      progress: (100 * (ready ?? 0)) / Math.max(1, clips - (failed ?? 0)),
      spent: 0,
      estimate: 0,
      unpriced: 0,
      free: true,
      left: isOpen ? Math.ceil((((making ?? 0) + (waiting ?? 0)) * PACE * 4) / PLACES / 1000) : null,
      retry_cost: 0,
      resend_cost: 0,
      work: [],
      notices: [],
      figures: this.#contestants.map((_, column) => this.#count(column)),
      aspect: 16 / 9,
    };
  }

  #count(column: number): GridFigures {
    const made = this.#cells.filter((cell) => cell.column === column && cell.state === "ready");
    const ratings = made.flatMap(({ rating }) => rating ?? []);
    return {
      model: this.#contestants[column]?.model ?? "",
      rating: mean(ratings),
      rated: ratings.length,
      seconds: median(made.flatMap(({ seconds }) => seconds ?? [])),
      cost: made.length > 0 ? 0 : null,
      ready: made.length,
    };
  }
}
