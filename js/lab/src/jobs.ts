/** Jobs as the server tells them (`server/job_facts.py`, `server/events.py`), and the words for them. */

/** Milliseconds between two looks while something is being made, in case the stream of events has been away. */
export const PACE = 15_000;

export interface Clip {
  readonly url: string;
  readonly poster: string | null;
}

/** How far a grid is. */
export interface Cells {
  readonly ready: number;
  readonly clips: number;
  /** Cells that are made, or that wait. */
  readonly open: number;
  readonly percent: number;
}

export interface Job {
  readonly id: string;
  readonly version: number;
  readonly state: string;
  /** Whether nothing more happens to it by itself. */
  readonly over: boolean;
  /** Percent, where the provider reports it. */
  readonly progress: number | null;
  readonly provider: string;
  readonly prompt: string;
  /** The name of its grid, or nothing. */
  readonly grid: string | null;
  /** Seconds since the epoch. */
  readonly created_at: number;
  /** Below the server's folder; null for one elsewhere. */
  readonly notebook: string | null;
  readonly clips: readonly Clip[];
  readonly starred: boolean;
  readonly let_go: boolean;
  /** "kernel", "server", "terminal" or empty. */
  readonly watched_by: string;
  /** Seconds that jobs like this one took; null for fewer than three, and for one that has ended. */
  readonly usual: number | null;
  /** Its grid; null for a job of no grid. */
  readonly cells: Cells | null;
}

/** An event has only some of a job's facts. */
export type Event = Pick<Job, "id" | "version" | "state" | "over" | "progress" | "prompt" | "starred">;

/** What is used of a limit, what is being made among it. */
export interface Used {
  readonly used: number;
  readonly limit: number;
}

export interface Spending {
  /** Dollars of the last 24 hours, without what is being made. */
  readonly spent: number;
  readonly making: number;
  /** What `[budget] per_day` allows in dollars; null for no limit. */
  readonly limit: number | null;
  /** Paid jobs, and their seconds of video; null where the budget does not count them. */
  readonly jobs: Used | null;
  readonly seconds: Used | null;
}

/** One row of what is being made: a job, or all jobs of a grid. */
export interface Row {
  readonly key: string;
  readonly title: string;
  readonly jobs: readonly Job[];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The schema of the server's events. */
export const SCHEMA = "https://events.jupyter.org/jupyter_videogen/job/v1";

export function readEvent(said: unknown): Event | null {
  if (!isObject(said) || said["schema_id"] !== SCHEMA) return null;
  const { id, version, state, over, progress, prompt, starred } = said;
  if (typeof id !== "string" || typeof version !== "number" || typeof state !== "string") return null;
  return {
    id,
    version,
    state,
    over: over === true,
    progress: typeof progress === "number" ? progress : null,
    prompt: typeof prompt === "string" ? prompt : "",
    starred: starred === true,
  };
}

/** What is being made: the jobs of a grid are one row, where its newest stands. */
export function toRows(jobs: readonly Job[]): Row[] {
  const rows = new Map<string, Job[]>();
  for (const job of jobs) {
    const key = !job.grid ? `job ${job.id}` : `grid ${job.grid}`;
    rows.set(key, [...(rows.get(key) ?? []), job]);
  }
  return [...rows].map(([key, those]) => ({
    key,
    title: those[0]?.grid || those[0]?.prompt || "",
    jobs: those,
  }));
}

/** The percent of the job that is ready first, as the status bar counts; null where no provider reports any. */
export function furthest(jobs: readonly Job[]): number | null {
  const known = jobs.flatMap(({ progress }) => (progress === null ? [] : [progress]));
  return known.length > 0 ? Math.floor(Math.max(...known)) : null;
}

const SAID: Readonly<Record<string, string>> = {
  draft: "Not sent yet",
  submitting: "Sending",
  queued: "Waiting",
  running: "Making",
  saving: "Saving",
  unreachable: "Provider not reached",
  unknown_outcome: "Outcome unknown",
};

export const minutes = (seconds: number): string => {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, rest] = [Math.floor(whole / 3600), whole % 3600];
  const two = (value: number) => String(value).padStart(2, "0");
  const short = `${hours ? two(Math.floor(rest / 60)) : Math.floor(rest / 60)}:${two(rest % 60)}`;
  return hours ? `${hours}:${short}` : short;
};

/** The percent of a row: of a grid, all its cells together. */
export const percentOf = ({ jobs }: Row): number | null => {
  const cells = jobs[0]?.cells;
  return cells ? Math.floor(cells.percent) : furthest(jobs);
};

/** As on cards: below this percent or time, an estimate of the time left would be a guess. */
const LEAST_PERCENT = 10;
const LEAST_SECONDS = 10;

/** When jobs will be ready: it changes with their percent alone, so that the time left counts down between two looks. */
export class Forecast {
  readonly #known = new Map<string, { readonly progress: number; readonly ready: number }>();

  /** Seconds until a job is ready; null where that is not known. Times are in seconds since the epoch. */
  left({ id, progress, created_at }: Job, now: number): number | null {
    const elapsed = now - created_at;
    if (progress === null || progress < LEAST_PERCENT || progress >= 100 || elapsed < LEAST_SECONDS)
      return null;
    const known = this.#known.get(id);
    if (known?.progress === progress) return known.ready > now ? known.ready - now : null;
    const left = (elapsed * (100 - progress)) / progress;
    this.#known.set(id, { progress, ready: now + left });
    return left;
  }
}

function describeGrid({ jobs }: Row): string {
  const cells = jobs[0]?.cells;
  const making = jobs.length === 1 ? "1 being made" : `${jobs.length} being made`;
  return cells ? `${cells.ready} of ${cells.clips} · ${making}` : making;
}

/** One line below the title of a row; `now` is in seconds since the epoch. */
export function describe(row: Row, now: number, forecast: Forecast): string {
  const [job] = row.jobs;
  if (!job) return "";
  if (job.grid) return describeGrid(row);
  if (job.over) return SAID[job.state] ?? job.state;
  if (job.let_go) return "Not watched";
  const words = job.progress === null ? (SAID[job.state] ?? job.state) : `${Math.floor(job.progress)} %`;
  const left = forecast.left(job, now);
  if (left !== null) return `${words} · about ${minutes(left)} left`;
  const usual = job.progress === null && job.usual !== null ? ` of about ${minutes(job.usual)}` : "";
  return `${words} · ${minutes(now - job.created_at)}${usual}`;
}

/** What the foot of the panel says of one limit. */
export interface Meter {
  readonly label: string;
  readonly used: string;
  /** "of" the limit; empty without one. */
  readonly of: string;
  /** Between 0 and 1; null without a limit. */
  readonly part: number | null;
}

const meter = (label: string, used: number, limit: number, format: (value: number) => string): Meter => ({
  label,
  used: format(used),
  of: ` of ${format(limit)}`,
  part: limit > 0 ? Math.min(1, used / limit) : 1,
});
const SPENT = "Spent in 24 hours";

/** The meters of what was spent: dollars where there is anything to say of them, and every other limit. */
export function toMeters({ spent, making, limit, jobs, seconds }: Spending): Meter[] {
  const meters: Meter[] = [];
  if (limit !== null) meters.push(meter(SPENT, spent, limit, dollars));
  else if (spent + making > 0) meters.push({ label: SPENT, used: dollars(spent), of: "", part: null });
  if (jobs) meters.push(meter("Paid videos", jobs.used, jobs.limit, String));
  if (seconds) meters.push(meter("Paid seconds", seconds.used, seconds.limit, String));
  return meters;
}

/** The line below the meters: what is still to come, and what is left. */
export function describeRest({ spent, making, limit }: Spending): string[] {
  const left = limit === null ? "" : `${dollars(Math.max(0, limit - spent - making))} left`;
  return [making > 0 ? `≈ ${dollars(making)} being made` : "", left].filter(Boolean);
}

export const dollars = (value: number): string => `$${value.toFixed(2)}`;
export const countVideos = (count: number): string => (count === 1 ? "1 video" : `${count} videos`);

/** The text of the status item; empty where nothing is being made. */
export function statusText(jobs: readonly Job[]): string {
  if (jobs.length === 0) return "";
  const percent = furthest(jobs);
  return percent === null ? countVideos(jobs.length) : `${countVideos(jobs.length)} · ${percent} %`;
}
