/** Jobs from the server for pages whose kernel is gone, one at a time: what a card draws, and what it may ask for. */

import type { Feed } from "./feed";
import type { JobServer, Told } from "./host";
import { type Event, PACE } from "./jobs";

/** Milliseconds: several events at once are one look. */
const GATHER = 300;
/** States of a job that has ended. */
const ENDED: ReadonlySet<string> = new Set([
  "succeeded",
  "failed",
  "cancelled",
  "expired",
  "unknown_outcome",
]);

export const isOpen = ({ job }: Told): boolean => job.searching || !ENDED.has(job.state);

type Take = (told: Told) => void;

/** A job that somebody looks at. */
interface Followed {
  readonly takers: Set<Take>;
  told: Told | null;
  timer: number;
  isAsking: boolean;
}

export class JobFeed implements JobServer {
  readonly #followed = new Map<string, Followed>();

  constructor(private readonly feed: Feed) {
    feed.hear((event) => this.#hear(event));
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) for (const id of this.#followed.keys()) this.#later(id, GATHER);
    });
  }

  follow(id: string, take: Take, until: AbortSignal): void {
    const job = this.#followed.get(id) ?? { takers: new Set(), told: null, timer: 0, isAsking: false };
    this.#followed.set(id, job);
    job.takers.add(take);
    until.addEventListener("abort", () => this.#leave(id, take), { once: true });
    if (job.told) take(job.told);
    else void this.#look(id);
  }

  #leave(id: string, take: Take): void {
    const job = this.#followed.get(id);
    job?.takers.delete(take);
    if (!job || job.takers.size > 0) return;
    clearTimeout(job.timer);
    this.#followed.delete(id);
  }

  async act(asked: {
    readonly type: string;
    readonly job_id: string;
    readonly on?: boolean;
  }): Promise<string> {
    const id = asked.job_id;
    const why =
      asked.type === "cancel"
        ? await this.feed.cancel(id)
        : asked.type === "star"
          ? await this.feed.change(id, "star", asked.on === true)
          : await this.feed.change(id, "watch", asked.type === "watch");
    await this.#look(id);
    return why;
  }

  clipUrl(id: string, take: number): string {
    return this.feed.address(`jupyter-videogen/clips/${id}/${take}${proof()}`);
  }

  /** A number that has changed is in the event; for anything else the job is looked at. */
  #hear({ id, state, progress }: Event): void {
    const job = this.#followed.get(id);
    if (!job?.told) return;
    const isNumber = job.told.watched && state === job.told.job.state && state === "running";
    if (isNumber) this.#tell(job, { ...job.told, now: null, job: { ...job.told.job, progress } });
    else this.#later(id, GATHER);
  }

  #later(id: string, milliseconds: number): void {
    const job = this.#followed.get(id);
    if (!job) return;
    clearTimeout(job.timer);
    job.timer = window.setTimeout(() => void this.#look(id), milliseconds);
  }

  async #look(id: string): Promise<void> {
    const job = this.#followed.get(id);
    if (!job || job.isAsking) return;
    job.isAsking = true;
    const told = await this.feed.view(id);
    job.isAsking = false;
    if (told === "unknown") return;
    if (told) this.#tell(job, told);
    if (!document.hidden && (!told || isOpen(told))) this.#later(id, PACE);
  }

  #tell(job: Followed, told: Told): void {
    job.told = told;
    for (const take of job.takers) take(told);
  }
}

/** What a hub asks of addresses that a page fetches: the proof that they were written by a page of this server. */
function proof(): string {
  const [, token] = /(?:^|; )_xsrf=([^;]*)/.exec(document.cookie) ?? [];
  return token === undefined ? "" : `?_xsrf=${token}`;
}
