/** The library: pages of the kernel's ledger as tiles, its filters, and which jobs are picked to be compared. */

import { batch, computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { KernelConnection } from "../kernel/connection";
import { isOpen } from "../kernel/job-state";
import { type Bar, getBar } from "../kernel/progress";
import type { History, HistoryPage, JobView, TileView } from "../kernel/protocol.gen";
import { RetryTiming } from "../kernel/retry-timing";

export type Scope = History["scope"];
export const scopes: readonly Scope[] = ["notebook", "project", "all"];
export type Stage = History["stages"][number];
export const stages: readonly Stage[] = ["ready", "making", "failed"];
const USUAL_STAGES: readonly Stage[] = ["ready", "making"];
/** The most jobs that can be compared. */
export const MAX_SELECTED = 6;
export const PAGE_SIZE = 60;
/** How many pages on either side of the last one are kept: far more than any screen shows. */
const KEPT_PAGES = 5;
const UNDO_MILLISECONDS = 10_000;
const TYPING_MILLISECONDS = 250;

/** A job as a tile, with what this page knows of it first. */
export interface Tile extends TileView {
  readonly bar: Bar;
}
type Named = Pick<JobView, "id" | "prompt">;
type Starrable = Pick<JobView, "id" | "starred">;
type Query = Pick<History, "scope" | "search" | "starred" | "model" | "stages">;
type Pages = ReadonlyMap<number, readonly TileView[]>;

/** By how many places the tiles of a page have moved down, since others came on top; negative where some went. */
function countMoved(before: readonly TileView[], now: readonly TileView[]): number {
  const at = before.findIndex(({ id }) => now.some((tile) => tile.id === id));
  return at < 0 ? 0 : now.findIndex(({ id }) => id === before[at]?.id) - at;
}

export class JobHistory {
  readonly scope = signal<Scope>("project");
  readonly search = signal("");
  /** What is in the search box; it is searched for when the typing pauses. */
  readonly typed = signal("");
  readonly starred = signal(false);
  readonly model = signal("");
  readonly stages = signal<readonly Stage[]>(USUAL_STAGES);
  /** The ids of the jobs to compare, in the order of selection. */
  readonly selected = signal<readonly string[]>([]);
  /** The jobs that have ended in this view of the library and were not opened since. */
  readonly unseen = signal<readonly TileView[]>([]);
  /** The job that was removed last, as long as it can be restored. */
  readonly removed = signal<Named | null>(null);
  readonly #connection: KernelConnection;
  readonly #timing = new RetryTiming();
  readonly #summary = signal<HistoryPage | null>(null);
  readonly #pages = signal<Pages>(new Map());
  readonly #whole = signal<ReadonlyMap<string, JobView>>(new Map());
  /** False until the library is shown; nothing is asked for before. */
  readonly #isActive = signal(false);
  readonly #disposers: (() => void)[] = [];
  readonly #fresh = new Set<number>();
  #wanted: readonly [first: number, last: number] = [0, 0];
  #isVisible = true;
  #isStale = false;
  #isLoading = false;
  #generation = 0;
  #undoTimer: ReturnType<typeof setTimeout> | undefined;
  #searchTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: KernelConnection) {
    this.#connection = host;
    this.#disposers.push(effect(this.#reload), effect(this.#hearChange));
  }

  /** What the filters leave: counts, models, money; null before the kernel has answered. */
  get summary(): ReadonlySignal<HistoryPage | null> {
    return this.#summary;
  }
  readonly isFiltered: ReadonlySignal<boolean> = computed(
    () =>
      this.search.value !== "" ||
      this.starred.value ||
      this.model.value !== "" ||
      this.stages.value !== USUAL_STAGES,
  );
  /** The jobs that are known whole, the widget's own in its latest state. */
  readonly jobs: ReadonlySignal<readonly JobView[]> = computed(() => {
    const live = this.#connection.job.value;
    const others = [...this.#whole.value.values()].filter(({ id }) => id !== live?.id);
    return live ? [live, ...others] : others;
  });
  /** The selected jobs that have a clip. */
  readonly comparable: ReadonlySignal<readonly JobView[]> = computed(() =>
    this.selected.value.flatMap((id) => this.jobs.value.filter((job) => job.id === id && job.clip !== null)),
  );

  /** How many jobs have come on top that are not shown yet: what somebody looks at stays where it is. */
  get arrived(): ReadonlySignal<number> {
    return this.#arrived;
  }
  readonly #arrived = signal(0);
  /** How many tiles are shown. */
  readonly shown: ReadonlySignal<number> = computed(() =>
    Math.max(0, (this.#summary.value?.total ?? 0) - this.#arrived.value),
  );
  /** Whether somebody looks at the library's tiles; it says so itself. */
  isLookedAt: () => boolean = () => false;

  showArrived(): void {
    this.#arrived.value = 0;
  }

  /** The tile at a place, newest first; undefined where it is not loaded. */
  getTile(index: number): Tile | undefined {
    const at = index + this.#arrived.value;
    const tile = this.#pages.value.get(Math.floor(at / PAGE_SIZE))?.[at % PAGE_SIZE];
    if (tile === undefined) return undefined;
    if (tile.id === this.#connection.job.value?.id) return this.#follow(tile);
    const known = this.#tiles.get(tile) ?? this.#follow(tile);
    this.#tiles.set(tile, known);
    return known;
  }
  /** The same for the same tile, so that it is not drawn again. */
  readonly #tiles = new WeakMap<TileView, Tile>();

  /** Where a job is among the loaded tiles; -1 where it is not. */
  findIndex(id: string): number {
    for (const [page, tiles] of this.#pages.peek()) {
      const at = tiles.findIndex((tile) => tile.id === id);
      if (at >= 0) return Math.max(-1, page * PAGE_SIZE + at - this.#arrived.peek());
    }
    return -1;
  }

  activate(): void {
    this.#isActive.value = true;
  }

  /** Load what is in view, and later what comes into view. */
  require(first: number, last: number): void {
    const above = this.#arrived.peek();
    this.#wanted = [Math.floor((first + above) / PAGE_SIZE), Math.floor((last + above) / PAGE_SIZE)];
    void this.#load();
  }

  /** Load again what is in view. */
  refresh(): void {
    if (!this.#isActive.peek() || this.#isLoading) return;
    this.#fresh.clear();
    this.#isStale = false;
    void this.#load();
  }

  /** While nobody sees the library, it is not loaded again for what others do. */
  setVisible(isVisible: boolean): void {
    this.#isVisible = isVisible;
    if (isVisible && this.#isStale) this.refresh();
  }

  /** Take all filters back but the place. */
  clear(): void {
    clearTimeout(this.#searchTimer);
    batch(() => {
      this.typed.value = "";
      this.search.value = "";
      this.starred.value = false;
      this.model.value = "";
      this.stages.value = USUAL_STAGES;
    });
  }

  toggleStage(stage: Stage): void {
    const on = this.stages.peek();
    const next = stages.filter((one) => (one === stage) !== on.includes(one));
    this.stages.value = next.join() === USUAL_STAGES.join() ? USUAL_STAGES : next;
  }

  /** Load all of one job. */
  async fetchJob(id: string): Promise<JobView | null> {
    const ack = await this.#connection.askUntilAnswered({ type: "detail", job_id: id }, this.#timing);
    const job = ack?.job ?? null;
    if (job) this.#whole.value = new Map(this.#whole.peek()).set(id, job);
    return job;
  }

  markSeen(id: string): void {
    if (this.unseen.peek().some((tile) => tile.id === id))
      this.unseen.value = this.unseen.peek().filter((tile) => tile.id !== id);
  }

  toggleSelected({ id, clip }: Pick<JobView, "id" | "clip">): void {
    const picked = this.selected.peek();
    if (picked.includes(id)) this.selected.value = picked.filter((one) => one !== id);
    else if (clip !== null && picked.length < MAX_SELECTED) {
      this.selected.value = [...picked, id];
      if (!this.jobs.peek().some((job) => job.id === id)) void this.fetchJob(id);
    }
  }

  async star({ id, starred }: Starrable): Promise<void> {
    const ack = await this.#connection.ask({ type: "star", job_id: id, on: !starred });
    if (!ack?.ok) return;
    const change = <T extends { readonly id: string }>(one: T): T =>
      one.id === id ? { ...one, starred: !starred } : one;
    batch(() => {
      this.#pages.value = new Map([...this.#pages.peek()].map(([page, tiles]) => [page, tiles.map(change)]));
      this.#whole.value = new Map([...this.#whole.peek()].map(([key, job]) => [key, change(job)]));
    });
    if (this.starred.peek()) this.refresh();
  }

  /** Remove a job from the library; its file stays. False when the kernel refuses. */
  async remove({ id, prompt }: Named): Promise<boolean> {
    const ack = await this.#connection.ask({ type: "remove", job_id: id, undo: false });
    if (!ack?.ok) return false;
    clearTimeout(this.#undoTimer);
    batch(() => {
      this.selected.value = this.selected.peek().filter((one) => one !== id);
      this.removed.value = { id, prompt };
    });
    this.refresh();
    this.#undoTimer = setTimeout(() => {
      this.removed.value = null;
    }, UNDO_MILLISECONDS);
    return true;
  }

  async restore(): Promise<void> {
    const job = this.removed.peek();
    this.removed.value = null;
    if (job === null) return;
    const ack = await this.#connection.ask({ type: "remove", job_id: job.id, undo: true });
    this.#isAsked = true;
    if (ack?.ok) this.refresh();
  }

  /** Search when the typing pauses. */
  searchFor(text: string): void {
    clearTimeout(this.#searchTimer);
    this.typed.value = text;
    this.#searchTimer = setTimeout(() => {
      this.search.value = text.trim();
    }, TYPING_MILLISECONDS);
  }

  dispose(): void {
    for (const end of this.#disposers) end();
    for (const timer of [this.#undoTimer, this.#searchTimer]) clearTimeout(timer);
  }

  /** The widget's own job is as its card shows it. */
  #follow(tile: TileView): Tile {
    const live = this.#connection.job.value;
    const bar = (now: TileView) => getBar(now.state, this.#connection.progressOf(now));
    if (live?.id !== tile.id) return { ...tile, bar: bar(tile) };
    const { state, searching, starred, clip, error } = live;
    const now = { ...tile, state, searching, starred, clip, error: error?.message ?? null };
    return { ...now, bar: bar(now) };
  }

  /** The kernel says so when the ledger has changed, and a kernel that is there again may know of more. */
  readonly #hearChange = (): void => {
    const { changes, disconnected } = this.#connection;
    if (changes.value < 0 || disconnected.value || !this.#isActive.peek()) return;
    this.#isStale = true;
    if (this.#isVisible) this.refresh();
  };

  /** Load again after a new job, the end of a job, or a change of the filter. */
  readonly #reload = (): void => {
    const query = this.#query();
    const job = this.#connection.job.value;
    const key = JSON.stringify([query, job?.id, job && !isOpen(job) ? job.state : "", job?.clip?.src]);
    if (!this.#isActive.value || key === this.#lastKey) return;
    const isNewQuery = JSON.stringify(query) !== this.#lastQuery;
    this.#lastKey = key;
    this.#lastQuery = JSON.stringify(query);
    if (isNewQuery) {
      this.#wanted = [0, 0];
      this.#arrived.value = 0;
    }
    this.#generation += 1;
    this.#fresh.clear();
    this.#isLoading = false;
    void this.#load();
  };
  /** What comes on top was asked for: it is shown at once. */
  #isAsked = false;
  #lastKey = "";
  #lastQuery = "";
  /** The query that the loaded pages answer. */
  #shownQuery = "";

  #query(): Query {
    return {
      scope: this.scope.value,
      search: this.search.value,
      starred: this.starred.value,
      model: this.model.value,
      stages: this.stages.value,
    };
  }

  #findMissing(): number | undefined {
    const [first, last] = this.#wanted;
    const wanted = Array.from({ length: last - first + 1 }, (_, at) => first + at);
    return wanted.find((page) => !this.#fresh.has(page));
  }

  /** Ask for one page after the other, of those that are in view by then: a busy kernel is not asked again and again. */
  async #load(): Promise<void> {
    if (this.#isLoading || !this.#isActive.peek()) return;
    const generation = this.#generation;
    this.#isLoading = true;
    for (let page = this.#findMissing(); page !== undefined; page = this.#findMissing()) {
      const [offset, limit] = [page * PAGE_SIZE, PAGE_SIZE];
      const query = JSON.parse(this.#lastQuery) as Query;
      const request = { type: "history", ...query, offset, limit } as const;
      const answer = (await this.#connection.askUntilAnswered(request, this.#timing))?.page ?? null;
      if (generation !== this.#generation) return;
      if (answer === null) break;
      this.#fresh.add(page);
      this.#keep(page, answer);
    }
    this.#isLoading = false;
    this.#isAsked = false;
    if (this.#isStale && this.#isVisible && !this.#connection.disconnected.peek()) this.refresh();
  }

  #keep(page: number, answer: HistoryPage): void {
    const kept: Pages = this.#shownQuery === this.#lastQuery ? this.#pages.peek() : new Map();
    const moved = countMoved(kept.get(page) ?? [], answer.tiles);
    this.#shownQuery = this.#lastQuery;
    const near = [...kept].filter(([at]) => at !== page && Math.abs(at - page) <= KEPT_PAGES);
    const open = [...this.#pages.peek().values()].flat().filter(isOpen);
    const ended = answer.tiles.filter((tile) => !isOpen(tile) && open.some(({ id }) => id === tile.id));
    for (const at of this.#fresh) if (Math.abs(at - page) > KEPT_PAGES) this.#fresh.delete(at);
    batch(() => {
      const isHeld = this.isLookedAt() && !this.#isAsked;
      this.#arrived.value = isHeld ? Math.max(0, this.#arrived.peek() + moved) : 0;
      if (ended.length > 0) this.unseen.value = [...this.unseen.peek(), ...ended];
      this.#pages.value = new Map([...near, [page, answer.tiles]]);
      this.#summary.value = answer;
    });
  }
}
