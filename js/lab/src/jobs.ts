/** Jobs as the server tells them (`server/job_facts.py`, `server/events.py`), and the words for them. */

export interface Clip {
  readonly url: string;
  readonly poster: string | null;
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
}

/** An event has only some of a job's facts. */
export type Event = Pick<Job, "id" | "version" | "state" | "over" | "progress" | "prompt" | "starred">;

export interface Spending {
  /** Dollars of the last 24 hours, without what is being made. */
  readonly spent: number;
  readonly making: number;
  /** What `[budget] per_day` allows in dollars; null for no limit. */
  readonly limit: number | null;
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
  queued: "Waiting for its turn",
  running: "Making the video",
  saving: "Saving the clip",
  unreachable: "Provider can't be reached",
  unknown_outcome: "Outcome unknown: look in the notebook",
};

export const minutes = (seconds: number): string => {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, rest] = [Math.floor(whole / 3600), whole % 3600];
  const two = (value: number) => String(value).padStart(2, "0");
  const short = `${hours ? two(Math.floor(rest / 60)) : Math.floor(rest / 60)}:${two(rest % 60)}`;
  return hours ? `${hours}:${short}` : short;
};

/** One line below the title of a row; `now` is in seconds since the epoch. */
export function describe({ jobs }: Row, now: number): string {
  const [job] = jobs;
  if (!job) return "";
  if (job.grid) return jobs.length === 1 ? "1 clip being made" : `${jobs.length} clips being made`;
  if (job.over) return SAID[job.state] ?? job.state;
  if (job.let_go) return "Not watched";
  const words = job.progress === null ? (SAID[job.state] ?? job.state) : `${Math.floor(job.progress)} %`;
  return `${words} · ${minutes(now - job.created_at)}`;
}

export const dollars = (value: number): string => `$${value.toFixed(2)}`;
export const countVideos = (count: number): string => (count === 1 ? "1 video" : `${count} videos`);

/** The text of the status item; empty where nothing is being made. */
export function statusText(jobs: readonly Job[]): string {
  if (jobs.length === 0) return "";
  const percent = furthest(jobs);
  return percent === null ? countVideos(jobs.length) : `${countVideos(jobs.length)} · ${percent} %`;
}
