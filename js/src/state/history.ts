/** The history as the page shows it: pages of jobs from the kernel's ledger, and which of them are picked. */

import { batch, computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { Host } from "../kernel/connection";
import { isOpen } from "../kernel/job-state";
import type { History, JobView } from "../kernel/protocol.gen";
import { Pace } from "../kernel/retry-timing";

export type Scope = History["scope"];
export const scopes: readonly Scope[] = ["notebook", "project", "all"];
/** Side by side there is room for this many. */
export const MOST_PICKED = 6;
const PAGE = 24;
const UNDO_MILLISECONDS = 10_000;
const TYPING_MILLISECONDS = 250;
/** A job of another cell is asked after this often while it is under way. */
const FOLLOW_MILLISECONDS = 4000;
/** The kernel gives no more in one page. */
const MOST_ROWS = 100;

export class Library {
  readonly scope = signal<Scope>("notebook");
  readonly search = signal("");
  readonly starred = signal(false);
  /** Ids of the jobs to see side by side, in the order of picking. */
  readonly picked = signal<readonly string[]>([]);
  /** What was taken out a moment ago and can be put back. */
  readonly removed = signal<JobView | null>(null);
  readonly #host: Host;
  readonly #pace = new Pace();
  readonly #rows = signal<readonly JobView[]>([]);
  readonly #more = signal(false);
  /** Nothing is asked before somebody sees it. */
  readonly #open = signal(false);
  readonly #endings: (() => void)[] = [];
  #undo: ReturnType<typeof setTimeout> | undefined;
  #typing: ReturnType<typeof setTimeout> | undefined;
  #following: ReturnType<typeof setTimeout> | undefined;
  #turn = 0;
  #asking = false;

  constructor(host: Host) {
    this.#host = host;
    this.#endings.push(effect(this.#reload), effect(this.#follow));
  }

  /** Newest first; the job on view is as fresh as its own news. */
  readonly jobs: ReadonlySignal<readonly JobView[]> = computed(() => {
    const live = this.#host.job.value;
    return this.#rows.value.map((job) => (job.id === live?.id ? live : job));
  });
  get more(): ReadonlySignal<boolean> {
    return this.#more;
  }
  /** The picked jobs that have a clip to show. */
  readonly comparable: ReadonlySignal<readonly JobView[]> = computed(() =>
    this.picked.value.flatMap((id) => this.jobs.value.filter((job) => job.id === id && job.clip !== null)),
  );

  open(): void {
    this.#open.value = true;
  }

  /** Somebody comes near: other cells may have made jobs meanwhile. */
  refresh(): void {
    if (this.#open.peek() && !this.#asking) void this.#renew();
  }

  /** Ask for the older ones too. */
  async older(): Promise<void> {
    const rows = this.#rows.peek();
    const turn = this.#turn;
    const page = await this.#page(rows.at(-1)?.created_at ?? null);
    if (page === null || turn !== this.#turn) return;
    batch(() => {
      this.#rows.value = [...rows, ...page.jobs];
      this.#more.value = page.more;
    });
  }

  pick(job: JobView): void {
    const picked = this.picked.peek();
    if (picked.includes(job.id)) this.picked.value = picked.filter((id) => id !== job.id);
    else if (job.clip !== null && picked.length < MOST_PICKED) this.picked.value = [...picked, job.id];
  }

  async star(job: JobView): Promise<void> {
    const on = !job.starred;
    const ack = await this.#host.ask({ type: "star", job_id: job.id, on });
    if (ack?.ok) this.#put({ ...job, starred: on });
  }

  /** Take a job out of the history; its file stays. False when the kernel did not. */
  async remove(job: JobView): Promise<boolean> {
    const ack = await this.#host.ask({ type: "remove", job_id: job.id, undo: false });
    if (!ack?.ok) return false;
    clearTimeout(this.#undo);
    batch(() => {
      this.#rows.value = this.#rows.peek().filter(({ id }) => id !== job.id);
      this.picked.value = this.picked.peek().filter((id) => id !== job.id);
      this.removed.value = job;
    });
    this.#undo = setTimeout(() => {
      this.removed.value = null;
    }, UNDO_MILLISECONDS);
    return true;
  }

  async restore(): Promise<void> {
    const job = this.removed.peek();
    this.removed.value = null;
    if (job === null) return;
    const ack = await this.#host.ask({ type: "remove", job_id: job.id, undo: true });
    if (!ack?.ok) return;
    const rows = [...this.#rows.peek(), job];
    this.#rows.value = rows.sort((one, other) => other.created_at - one.created_at);
  }

  /** What is typed is asked for when the typing pauses. */
  seek(text: string): void {
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => {
      this.search.value = text;
    }, TYPING_MILLISECONDS);
  }

  dispose(): void {
    for (const end of this.#endings) end();
    for (const timer of [this.#undo, this.#typing, this.#following]) clearTimeout(timer);
  }

  #put(job: JobView): void {
    this.#rows.value = this.#rows.peek().map((row) => (row.id === job.id ? job : row));
  }

  /** Jobs of other cells bring no news by themselves. */
  readonly #follow = (): void => {
    const mine = this.#host.job.value?.id;
    const isMoving = this.#rows.value.some((job) => isOpen(job) && !job.detached && job.id !== mine);
    clearTimeout(this.#following);
    if (isMoving) this.#following = setTimeout(() => this.refresh(), FOLLOW_MILLISECONDS);
  };

  /** A new job, an end, or another question: ask anew. */
  readonly #reload = (): void => {
    const asked = [this.#open.value, this.scope.value, this.search.value, this.starred.value] as const;
    const job = this.#host.job.value;
    const key = JSON.stringify([...asked, job?.id, job && !isOpen(job) ? job.state : "", job?.clip?.src]);
    if (!asked[0] || key === this.#asked) return;
    this.#asked = key;
    void this.#renew();
  };
  #asked = "";

  async #renew(): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    this.#asking = true; // until the newest question is answered: a busy kernel is not asked again and again
    const page = await this.#page(null);
    if (turn !== this.#turn) return;
    this.#asking = false;
    if (page === null) return;
    batch(() => {
      this.#rows.value = page.jobs;
      this.#more.value = page.more;
    });
  }

  async #page(before: number | null) {
    const limit = before === null ? Math.min(Math.max(PAGE, this.#rows.peek().length), MOST_ROWS) : PAGE;
    const asked = { scope: this.scope.peek(), search: this.search.peek(), starred: this.starred.peek() };
    const ack = await this.#host.insist({ type: "history", ...asked, before, limit }, this.#pace);
    return ack?.page ?? null;
  }
}
