/** The history as the page shows it: pages of jobs from the kernel's ledger, and which of them are picked. */

import { batch, computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { KernelConnection } from "../kernel/connection";
import { isOpen } from "../kernel/job-state";
import type { History, JobView } from "../kernel/protocol.gen";
import { RetryTiming } from "../kernel/retry-timing";

export type Scope = History["scope"];
export const scopes: readonly Scope[] = ["notebook", "project", "all"];
/** Side by side there is room for this many. */
export const MAX_SELECTED = 6;
const PAGE_SIZE = 24;
const UNDO_MILLISECONDS = 10_000;
const TYPING_MILLISECONDS = 250;
/** A job of another cell is asked after this often while it is under way. */
const FOLLOW_MILLISECONDS = 4000;
/** The kernel gives no more in one page. */
const MAX_ROWS = 100;

export class JobHistory {
  readonly scope = signal<Scope>("notebook");
  readonly search = signal("");
  readonly starred = signal(false);
  /** Ids of the jobs to see side by side, in the order of picking. */
  readonly selected = signal<readonly string[]>([]);
  /** What was taken out a moment ago and can be put back. */
  readonly removed = signal<JobView | null>(null);
  readonly #connection: KernelConnection;
  readonly #timing = new RetryTiming();
  readonly #rows = signal<readonly JobView[]>([]);
  readonly #more = signal(false);
  /** Nothing is asked before somebody sees it. */
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

  /** Newest first; the job on view is as fresh as its own news. */
  readonly jobs: ReadonlySignal<readonly JobView[]> = computed(() => {
    const live = this.#connection.job.value;
    return this.#rows.value.map((job) => (job.id === live?.id ? live : job));
  });
  get more(): ReadonlySignal<boolean> {
    return this.#more;
  }
  /** The picked jobs that have a clip to show. */
  readonly comparable: ReadonlySignal<readonly JobView[]> = computed(() =>
    this.selected.value.flatMap((id) => this.jobs.value.filter((job) => job.id === id && job.clip !== null)),
  );

  activate(): void {
    this.#isActive.value = true;
  }

  /** Somebody comes near: other cells may have made jobs meanwhile. */
  refresh(): void {
    if (this.#isActive.peek() && !this.#isLoading) void this.#load();
  }

  /** Ask for the older ones too. */
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

  /** Take a job out of the history; its file stays. False when the kernel did not. */
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

  /** What is typed is asked for when the typing pauses. */
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

  /** Jobs of other cells bring no news by themselves. */
  readonly #follow = (): void => {
    const mine = this.#connection.job.value?.id;
    const isMoving = this.#rows.value.some((job) => isOpen(job) && !job.detached && job.id !== mine);
    clearTimeout(this.#followTimer);
    if (isMoving) this.#followTimer = setTimeout(() => this.refresh(), FOLLOW_MILLISECONDS);
  };

  /** A new job, an end, or another question: ask anew. */
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
    this.#isLoading = true; // until the newest question is answered: a busy kernel is not asked again and again
    const page = await this.#fetchPage(null);
    if (generation !== this.#generation) return;
    this.#isLoading = false;
    if (page === null) return;
    batch(() => {
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
