/** The rows of a grid: those in view and a little ahead, asked of the kernel, with every cell in its latest state. */

import { batch, effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { KernelConnection, Request } from "../kernel/connection";
import type {
  ErrorView,
  Export,
  GridAct,
  GridCellView,
  GridPage,
  GridQuestion,
  GridRows,
  GridRowView,
} from "../kernel/protocol.gen";
import { RetryTiming } from "../kernel/retry-timing";

/** Rows that are asked for beyond those in view, at least. */
const MIN_AHEAD = 4;
/** The kernel's limit of one answer. */
const MAX_ROWS = 60;
/** Rows that are kept on either side of what was asked for last. */
const KEPT_ROWS = 200;
const TYPING_MILLISECONDS = 250;
/** After so long without a word of cells that are being made they are asked for again: what was told may be lost. */
const SILENCE_MILLISECONDS = 10_000;

/** A row with a signal for each of its cells, so that a cell which changes draws itself and nothing else. */
export interface Row extends Omit<GridRowView, "cells"> {
  /** By column. */
  readonly cells: readonly Signal<GridCellView>[];
}
type Range = readonly [first: number, end: number];
type Query = Pick<GridRows, "search" | "only">;

const covers = ([first, end]: Range, [wantedFirst, wantedEnd]: Range) =>
  first <= wantedFirst && end >= wantedEnd;
const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

export class GridStore {
  /** What is in the search box; it is searched for when the typing pauses. */
  readonly typed = signal("");
  readonly search = signal("");
  readonly only = signal<GridRows["only"]>("");
  /** Why the kernel refused the last action. */
  readonly fault = signal<Pick<ErrorView, "message" | "next"> | null>(null);
  readonly #connection: KernelConnection;
  readonly #timing = new RetryTiming();
  readonly #rows = signal<ReadonlyMap<number, Row>>(new Map());
  readonly #total: Signal<number>;
  readonly #cells = new Map<number, Signal<GridCellView>>();
  readonly #disposers: (() => void)[] = [];
  #wanted: Range = [0, 0];
  #answered: Range | null = null;
  #isLoading = false;
  #generation = 0;
  #shownQuery = "";
  #searchTimer: ReturnType<typeof setTimeout> | undefined;
  #silenceTimer: ReturnType<typeof setTimeout> | undefined;

  /** The name by which the kernel knows what is on view here. */
  readonly #view: string;

  constructor(connection: KernelConnection, view: string) {
    this.#connection = connection;
    this.#view = view;
    this.#total = signal(connection.grid.peek()?.rows ?? 0);
    this.#disposers.push(effect(this.#hearCells), effect(this.#reload));
  }

  /** Rows that fit the filter. */
  get total(): ReadonlySignal<number> {
    return this.#total;
  }

  /** A row by its place among those that fit the filter; undefined where it is not loaded. */
  getRow(index: number): Row | undefined {
    return this.#rows.value.get(index);
  }

  get query(): Query {
    return { search: this.search.value, only: this.only.value };
  }

  /** Load what is in view, and hear of it from now on. */
  require(first: number, end: number): void {
    this.#wanted = [first, end];
    void this.#load();
  }

  /** Search when the typing pauses. */
  searchFor(text: string): void {
    clearTimeout(this.#searchTimer);
    this.typed.value = text;
    this.#searchTimer = setTimeout(() => {
      this.search.value = text.trim();
    }, TYPING_MILLISECONDS);
  }

  clearFilter(): void {
    clearTimeout(this.#searchTimer);
    batch(() => {
      this.typed.value = "";
      this.search.value = "";
      this.only.value = "";
    });
  }

  act(action: GridAct["action"], cells: readonly number[] = [], undecided = false): Promise<boolean> {
    return this.#do({ type: "grid_act", action, cells, undecided, token: "" });
  }

  /** Answer the question before the grid is sent. */
  answer(action: "send" | "decline", { token }: GridQuestion): Promise<boolean> {
    return this.#do({ type: "grid_act", action, cells: [], undecided: false, token });
  }

  /** Fetch a clip whose file is not where it was. */
  restore(jobId: string): Promise<boolean> {
    return this.#do({ type: "watch", job_id: jobId });
  }

  /** Rate a clip from 1 to 5, or with 0 take the rating back; shown at once, and taken back where it is refused. */
  rate(cell: GridCellView, rating: number): void {
    if (cell.job_id === null || cell.clip === null) return;
    const change = { rating: rating === 0 ? null : rating };
    void this.#change(cell, change, { type: "rate", job_id: cell.job_id, rating });
  }

  star(cell: GridCellView): void {
    if (cell.job_id === null) return;
    const on = !cell.starred;
    void this.#change(cell, { starred: on }, { type: "star", job_id: cell.job_id, on });
  }

  /** Write the table; the file's path, or null where it was refused. */
  async export(kind: Export["kind"]): Promise<string | null> {
    this.fault.value = null;
    const ack = await this.#connection.ask({ type: "export", kind });
    if (ack?.error) this.fault.value = ack.error;
    return ack?.text ?? null;
  }

  dispose(): void {
    // Nothing is on view here any more.
    if (!this.#connection.disconnected.peek())
      this.#connection.send({
        type: "grid_rows",
        view: this.#view,
        search: "",
        only: "",
        offset: 0,
        limit: 0,
      });
    for (const end of this.#disposers) end();
    for (const timer of [this.#searchTimer, this.#silenceTimer]) clearTimeout(timer);
  }

  async #do(request: Request): Promise<boolean> {
    this.fault.value = null;
    const ack = await this.#connection.ask(request);
    if (ack?.error) this.fault.value = ack.error;
    return ack?.ok ?? false;
  }

  async #change(cell: GridCellView, change: Partial<GridCellView>, request: Request): Promise<void> {
    const known = this.#cells.get(cell.position);
    if (known) known.value = { ...known.peek(), ...change };
    if ((await this.#do(request)) || known === undefined) return;
    const { rating, starred } = cell;
    known.value = { ...known.peek(), rating, starred };
  }

  readonly #hearCells = (): void => {
    for (const cell of this.#connection.cells.value) {
      const known = this.#cells.get(cell.position);
      if (known) known.value = cell;
    }
    this.#restartSilenceTimer();
  };

  #restartSilenceTimer(): void {
    clearTimeout(this.#silenceTimer);
    this.#silenceTimer = setTimeout(() => {
      const { making = 0, waiting = 0, state } = this.#connection.grid.peek() ?? {};
      if (making > 0 || (waiting > 0 && state === "running")) this.#loadAgain();
      this.#restartSilenceTimer();
    }, SILENCE_MILLISECONDS);
  }

  #loadAgain(): void {
    this.#answered = null;
    void this.#load();
  }

  /** Load again for another filter, for rows that were added, and in a kernel that is there again. */
  readonly #reload = (): void => {
    const { rows, columns } = this.#connection.grid.value ?? {};
    const query = JSON.stringify(this.query);
    const isAway = this.#connection.disconnected.value;
    const shape = JSON.stringify([rows, columns]);
    const key = `${query} ${shape} ${isAway}`;
    if (key === this.#lastKey) return;
    const isFirst = this.#lastKey === "";
    // In a grid of another shape the same position may be another cell.
    if (shape !== this.#lastShape) this.#shownQuery = "";
    const isOtherQuery = query !== this.#lastQuery;
    this.#lastKey = key;
    this.#lastShape = shape;
    this.#lastQuery = query;
    if (isFirst || isAway) return;
    this.#generation += 1;
    this.#isLoading = false;
    if (isOtherQuery) this.#wanted = [0, this.#wanted[1] - this.#wanted[0]];
    this.#loadAgain();
  };
  #lastKey = "";
  #lastShape = "";
  #lastQuery = "";

  /** Ask for what is in view by then: a busy kernel is not asked again and again. */
  async #load(): Promise<void> {
    if (this.#isLoading) return;
    const generation = this.#generation;
    this.#isLoading = true;
    while (this.#answered === null || !covers(this.#answered, this.#wanted)) {
      const [first, end] = this.#wanted;
      const ahead = Math.max(MIN_AHEAD, end - first);
      const offset = Math.max(0, first - ahead);
      const query = { search: this.search.peek(), only: this.only.peek() };
      const limit = Math.min(MAX_ROWS, end + ahead - offset);
      const request = { type: "grid_rows", view: this.#view, ...query, offset, limit } as const;
      const page = (await this.#connection.askUntilAnswered(request, this.#timing))?.rows ?? null;
      if (generation !== this.#generation) return;
      if (page === null) break;
      // What is beyond the last row has been answered, too.
      this.#answered = [page.offset, page.offset + limit];
      this.#keep(page, JSON.stringify(query));
    }
    this.#isLoading = false;
    this.#restartSilenceTimer();
  }

  #keep(page: GridPage, query: string): void {
    const kept = query === this.#shownQuery ? this.#rows.peek() : new Map<number, Row>();
    if (this.#shownQuery === "") for (const known of [this.#known, this.#cells]) known.clear();
    this.#shownQuery = query;
    const end = page.offset + page.rows.length;
    const near = [...kept].filter(
      ([at]) => at >= page.offset - KEPT_ROWS && at < end + KEPT_ROWS && at < page.total,
    );
    batch(() => {
      const told = page.rows.map((row, at) => [page.offset + at, this.#adopt(row)] as const);
      const rows = new Map([...near, ...told]);
      this.#forget(rows);
      this.#rows.value = rows;
      this.#total.value = page.total;
    });
  }

  /** A row that is known stays the same one: only its cells change. */
  #adopt({ cells, ...row }: GridRowView): Row {
    const known = this.#known.get(row.row);
    const own: Signal<GridCellView>[] = [];
    for (const cell of cells) {
      const old = this.#cells.get(cell.position) ?? signal(cell);
      if (!isSame(old.peek(), cell)) old.value = cell;
      this.#cells.set(cell.position, old);
      own[cell.column] = old;
    }
    const isKnown =
      known?.prompt === row.prompt &&
      known.label === row.label &&
      known.cells.length === own.length &&
      known.cells.every((cell, at) => cell === own[at]);
    const adopted = isKnown && known ? known : { ...row, cells: own };
    this.#known.set(row.row, adopted);
    return adopted;
  }
  readonly #known = new Map<number, Row>();

  #forget(rows: ReadonlyMap<number, Row>): void {
    const kept = new Set([...rows.values()].map(({ row }) => row));
    for (const [number, { cells }] of this.#known) {
      if (kept.has(number)) continue;
      this.#known.delete(number);
      for (const cell of cells) this.#cells.delete(cell.peek().position);
    }
  }
}
