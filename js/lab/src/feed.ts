/** What the server knows of jobs, kept up to date by Jupyter's events; without our server extension it stays empty. */

import type { JupyterFrontEnd } from "@jupyterlab/application";
import { ServerConnection } from "@jupyterlab/services";
import { hasServer, type Told } from "./host";
import { type Event, type Job, PACE, readEvent, type Spending } from "./jobs";

/** Milliseconds: several changes at once are fetched once. */
const GATHER = 300;
const PAGE = 30;

export interface Query {
  readonly search: string;
  /** A notebook or folder whose project is looked at, as the server writes paths; null for all projects. */
  readonly project: string | null;
}

/** Of the server's answers. */
const VERSION = 1;

/** The page of our widgets. */
export interface Page {
  readonly script: string;
  readonly style: string;
}

const isMissing = (error: unknown): boolean =>
  error instanceof ServerConnection.ResponseError && error.response.status === 404;

export class Feed {
  /** Null until the server has answered; false where it has no extension of ours. */
  isThere: boolean | null = null;
  /** Unfinished jobs and those whose outcome nobody knows, the newest first. */
  making: readonly Job[] = [];
  recent: readonly Job[] = [];
  hasMore = false;
  spending: Spending | null = null;
  /** Why the last look gave nothing; empty where it did. */
  problem = "";
  query: Query = { search: "", project: null };
  readonly #listeners = new Set<() => void>();
  readonly #hearers = new Set<(event: Event) => void>();
  readonly #seen = new Map<string, Event>();
  #isWatched = false;
  #timer = 0;
  #round = 0;
  #first: Promise<void> | null = null;

  constructor(
    private readonly app: JupyterFrontEnd,
    private readonly onEnd: (event: Event) => void,
  ) {
    if (!hasServer(app)) this.isThere = false;
  }

  /** The jobs that go on by themselves. */
  get running(): readonly Job[] {
    return this.making.filter(({ over }) => !over);
  }

  get #settings() {
    return this.app.serviceManager.serverSettings;
  }

  /** The address of a clip or a poster. */
  address(path: string): string {
    return this.#settings.baseUrl + path;
  }

  listen(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Call a listener with every event of the server. */
  hear(hearer: (event: Event) => void): void {
    this.#hearers.add(hearer);
  }

  /** Whether the server has our routes, as soon as it has answered once. */
  async whenThere(): Promise<boolean> {
    this.#first ??= this.#fetch();
    await this.#first;
    return this.isThere === true;
  }

  start(): void {
    this.app.serviceManager.events?.stream.connect((_, said) => {
      const event = readEvent(said);
      if (event) this.#take(event);
    });
    const look = () => {
      if (!document.hidden) this.refresh();
    };
    document.addEventListener("visibilitychange", look);
    window.addEventListener("online", look);
    this.app.serviceManager.connectionFailure.connect(() => this.#later(PACE));
    void this.whenThere();
  }

  /** Whether the panel is on view: only then is more than what is being made fetched. */
  set isWatched(isWatched: boolean) {
    if (isWatched && !this.#isWatched) this.refresh();
    this.#isWatched = isWatched;
  }

  /** Look again, soon. */
  refresh(): void {
    if (this.isThere !== false) this.#later(GATHER);
  }

  ask(query: Partial<Query>): void {
    this.query = { ...this.query, ...query };
    this.refresh();
  }

  /** Append the next page of recent clips. */
  async more(): Promise<void> {
    const last = this.recent.at(-1);
    if (!last) return;
    const asked = this.query;
    const { jobs, next } = await this.#jobs({
      stage: "ready",
      limit: PAGE,
      before: last.id,
      ...this.#filter,
    });
    if (asked !== this.query) return;
    this.recent = [...this.recent, ...jobs];
    this.hasMore = next !== null;
    this.#tell();
  }

  async find(id: string): Promise<Job | null> {
    const known = [...this.making, ...this.recent].find((job) => job.id === id);
    return known ?? this.read(id);
  }

  /** A job as the server knows it now; null where it does not answer, or has no such job. */
  read(id: string): Promise<Job | null> {
    return this.#request(`jobs/${id}`).catch(() => null) as Promise<Job | null>;
  }

  /** Cancel at the provider; returns why not, or an empty text. */
  async cancel(id: string): Promise<string> {
    try {
      const said = (await this.#request(`jobs/${id}/cancel`, "POST")) as {
        cancelled: boolean;
        reason: string;
      };
      this.refresh();
      return said.cancelled ? "" : said.reason;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** Set a job's star, or have it watched, or neither; returns why not, or an empty text. */
  async change(id: string, what: "star" | "watch", on: boolean): Promise<string> {
    try {
      await this.#request(`jobs/${id}/${what}`, on ? "PUT" : "DELETE");
      return "";
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** A job as a card draws it; null where the server does not answer now, "unknown" where it has no such job. */
  async view(id: string): Promise<Told | "unknown" | null> {
    try {
      const told = (await this.#request(`jobs/${id}/view`)) as Told & { readonly v: number };
      return told.v === VERSION ? told : "unknown";
    } catch (error) {
      return isMissing(error) ? "unknown" : null;
    }
  }

  /** The page of our widgets as texts; null where the server does not give it. */
  page(): Promise<Page | null> {
    return (this.#request("page") as Promise<Page>).catch(() => null);
  }

  #take(event: Event): void {
    for (const hearer of this.#hearers) hearer(event);
    const before = this.#seen.get(event.id);
    if (before && before.version > event.version) return;
    this.#seen.set(event.id, event);
    const known = this.making.find(({ id }) => id === event.id);
    if (known && !event.over) {
      this.making = this.making.map((job) =>
        job.id === event.id ? { ...job, ...event, prompt: job.prompt } : job,
      );
      this.#tell();
    } else this.refresh();
    if (event.over && !before?.over) this.onEnd(event);
  }

  #later(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#fetch(), milliseconds);
  }

  get #filter(): Record<string, string> {
    const { search, project } = this.query;
    return { search, ...(project === null ? {} : { project }) };
  }

  async #fetch(): Promise<void> {
    if (this.isThere === false) return;
    this.#round += 1;
    const round = this.#round;
    try {
      const isWatched = this.#isWatched;
      const making = await this.#jobs({ stage: "making", limit: 100 });
      const [recent, spending] = isWatched
        ? await Promise.all([
            this.#jobs({ stage: "ready", limit: PAGE, ...this.#filter }),
            this.#request("spending") as Promise<Spending>,
          ])
        : [null, null];
      if (round !== this.#round) return;
      this.making = making.jobs;
      this.#learn(making.jobs);
      if (recent) [this.recent, this.hasMore] = [recent.jobs, recent.next !== null];
      this.spending = spending ?? this.spending;
      this.isThere = true;
      this.problem = "";
    } catch (error) {
      if (round !== this.#round) return;
      if (this.isThere === null && isMissing(error)) this.isThere = false;
      this.problem = error instanceof Error ? error.message : String(error);
    }
    this.#tell();
    if (this.running.length > 0 && !document.hidden) this.#later(PACE);
  }

  /** What is known to be unfinished when its end is told. */
  #learn(jobs: readonly Job[]): void {
    for (const job of jobs) {
      const before = this.#seen.get(job.id);
      if (!before || before.version < job.version) this.#seen.set(job.id, job);
    }
  }

  async #jobs(
    asked: Record<string, string | number>,
  ): Promise<{ jobs: readonly Job[]; next: string | null }> {
    const query = new URLSearchParams(Object.entries(asked).map(([name, value]) => [name, String(value)]));
    return (await this.#request(`jobs?${query}`)) as { jobs: readonly Job[]; next: string | null };
  }

  async #request(path: string, method = "GET"): Promise<unknown> {
    const address = this.address(`jupyter-videogen/${path}`);
    const response = await ServerConnection.makeRequest(address, { method }, this.#settings);
    if (!response.ok) throw await ServerConnection.ResponseError.create(response);
    return response.json();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
