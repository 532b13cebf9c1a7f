/** The history: jobs of the kernel's ledger, page by page, and which of them are selected. */

import { batch, computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { KernelConnection } from "../kernel/connection";
import { isOpen } from "../kernel/job-state";
import type { History, JobView } from "../kernel/protocol.gen";
import { RetryTiming } from "../kernel/retry-timing";

export type Scope = History["scope"];
export const scopes: readonly Scope[] = ["notebook", "project", "all"];
/** The most jobs that can be compared. */
export const MAX_SELECTED = 6;
const PAGE_SIZE = 24;
const UNDO_MILLISECONDS = 10_000;
const TYPING_MILLISECONDS = 250;
/** How often an open job of another cell is asked for. */
const FOLLOW_MILLISECONDS = 4000;
/** The kernel's limit of one page. */
const MAX_ROWS = 100;

export class JobHistory {
  readonly scope = signal<Scope>("notebook");
  readonly search = signal("");
  readonly starred = signal(false);
  /** The ids of the jobs to compare, in the order of selection. */
  readonly selected = signal<readonly string[]>([]);
  /** The ids of jobs that have ended in this view of the history and were not shown since. */
  readonly unseen = signal<readonly string[]>([]);
  /** The job that was removed last, as long as it can be restored. */
  readonly removed = signal<JobView | null>(null);
  readonly #connection: KernelConnection;
  readonly #timing = new RetryTiming();
  readonly #rows = signal<readonly JobView[]>([]);
  readonly #more = signal(false);
  /** False until the history is shown; nothing is asked for before. */
  readonly #isActive = signal(false);
  readonly #disposers: (() => void)[] = [];
  #undoTimer: ReturnType<typeof setTimeout> | undefined;
  #searchTimer: ReturnType<typeof setTimeout> | undefined;
  #followTimer: ReturnType<typeof setTimeout> | undefined;
  #generation = 0;
  #isLoading = false;

  constructor(host: KernelConnection) {
    this.#connection = host;
    this.#disposers.push(effect(this.#reload), effect(this.#follow));
  }

  /** Newest first; the widget's own job in its latest state. */
  readonly jobs: ReadonlySignal<readonly JobView[]> = computed(() => {
    const live = this.#connection.job.value;
    return this.#rows.value.map((job) => (job.id === live?.id ? live : job));
  });
  get more(): ReadonlySignal<boolean> {
    return this.#more;
  }
  /** The selected jobs that have a clip. */
  readonly comparable: ReadonlySignal<readonly JobView[]> = computed(() =>
    this.selected.value.flatMap((id) => this.jobs.value.filter((job) => job.id === id && job.clip !== null)),
  );

  activate(): void {
    this.#isActive.value = true;
  }

  /** Load again: other cells may have made jobs meanwhile. */
  refresh(): void {
    if (this.#isActive.peek() && !this.#isLoading) void this.#load();
  }

  /** Load the next page of older jobs. */
  async loadOlder(): Promise<void> {
    const rows = this.#rows.peek();
    const generation = this.#generation;
    const page = await this.#fetchPage(rows.at(-1)?.created_at ?? null);
    if (page === null || generation !== this.#generation) return;
    batch(() => {
      this.#rows.value = [...rows, ...page.jobs];
      this.#more.value = page.more;
    });
  }

  markSeen(id: string): void {
    if (this.unseen.peek().includes(id)) this.unseen.value = this.unseen.peek().filter((one) => one !== id);
  }

  toggleSelected(job: JobView): void {
    const picked = this.selected.peek();
    if (picked.includes(job.id)) this.selected.value = picked.filter((id) => id !== job.id);
    else if (job.clip !== null && picked.length < MAX_SELECTED) this.selected.value = [...picked, job.id];
  }

  async star(job: JobView): Promise<void> {
    const on = !job.starred;
    const ack = await this.#connection.ask({ type: "star", job_id: job.id, on });
    if (ack?.ok) this.#replace({ ...job, starred: on });
  }

  /** Remove a job from the history; its file stays. False when the kernel refuses. */
  async remove(job: JobView): Promise<boolean> {
    const ack = await this.#connection.ask({ type: "remove", job_id: job.id, undo: false });
    if (!ack?.ok) return false;
    clearTimeout(this.#undoTimer);
    batch(() => {
      this.#rows.value = this.#rows.peek().filter(({ id }) => id !== job.id);
      this.selected.value = this.selected.peek().filter((id) => id !== job.id);
      this.removed.value = job;
    });
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
    if (!ack?.ok) return;
    const rows = [...this.#rows.peek(), job];
    this.#rows.value = rows.sort((one, other) => other.created_at - one.created_at);
  }

  /** Search when the typing pauses. */
  searchFor(text: string): void {
    clearTimeout(this.#searchTimer);
    this.#searchTimer = setTimeout(() => {
      this.search.value = text;
    }, TYPING_MILLISECONDS);
  }

  dispose(): void {
    for (const end of this.#disposers) end();
    for (const timer of [this.#undoTimer, this.#searchTimer, this.#followTimer]) clearTimeout(timer);
  }

  #replace(job: JobView): void {
    this.#rows.value = this.#rows.peek().map((row) => (row.id === job.id ? job : row));
  }

  /** Poll while jobs of other cells are open: their updates do not come to this widget. */
  readonly #follow = (): void => {
    const ownId = this.#connection.job.value?.id;
    const isMoving = this.#rows.value.some((job) => isOpen(job) && !job.detached && job.id !== ownId);
    clearTimeout(this.#followTimer);
    if (isMoving) this.#followTimer = setTimeout(() => this.refresh(), FOLLOW_MILLISECONDS);
  };

  /** Load again after a new job, the end of a job, or a change of the filter. */
  readonly #reload = (): void => {
    const query = [this.#isActive.value, this.scope.value, this.search.value, this.starred.value] as const;
    const job = this.#connection.job.value;
    const key = JSON.stringify([...query, job?.id, job && !isOpen(job) ? job.state : "", job?.clip?.src]);
    if (!query[0] || key === this.#lastQuery) return;
    this.#lastQuery = key;
    void this.#load();
  };
  #lastQuery = "";

  async #load(): Promise<void> {
    this.#generation += 1;
    const generation = this.#generation;
    this.#isLoading = true; // until the newest query is answered, so that a busy kernel is not asked again and again
    const page = await this.#fetchPage(null);
    if (generation !== this.#generation) return;
    this.#isLoading = false;
    if (page === null) return;
    const wasOpen = new Set(this.#rows.peek().flatMap((job) => (isOpen(job) ? [job.id] : [])));
    const ended = page.jobs.filter((job) => !isOpen(job) && wasOpen.has(job.id)).map(({ id }) => id);
    batch(() => {
      if (ended.length > 0) this.unseen.value = [...this.unseen.peek(), ...ended];
      this.#rows.value = page.jobs;
      this.#more.value = page.more;
    });
  }

  async #fetchPage(before: number | null) {
    const limit =
      before === null ? Math.min(Math.max(PAGE_SIZE, this.#rows.peek().length), MAX_ROWS) : PAGE_SIZE;
    const query = { scope: this.scope.peek(), search: this.search.peek(), starred: this.starred.peek() };
    const ack = await this.#connection.askUntilAnswered(
      { type: "history", ...query, before, limit },
      this.#timing,
    );
    return ack?.page ?? null;
  }
}
