/** A rehearsed job: it goes through the states of a real one, and ends with a prepared clip or a refusal. */

import type { ClipView, JobView, RequestView } from "../src/kernel/protocol.gen";
import type { RehearsalData } from "./data";
import { readScene } from "./scene";
import { getNow } from "./stand-in-model";

/** Calls a function after some milliseconds. */
export type Later = (milliseconds: number, act: () => void) => void;

interface Step {
  readonly after: number;
  readonly change: Partial<JobView>;
}
type Listener = (view: JobView) => void;

const PERCENTS = [14, 29, 43, 58, 71, 86, 97];
/** Milliseconds from one report to the next. */
const PACE = 420;
const SLOW_PACE = 2600;
const REFUSED = "test/refused";
const SLOW = "test/slow";
/** As ids of the ledger are written. */
const LETTERS = "abcdefghijklmnopqrstuvwxyz234567";
const SUGGESTED = 8;

export function makeId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => LETTERS[byte % 32]).join("");
}

/** A seed as the kernel chooses one. */
export const chooseSeed = (): number => crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;

/** A clip's path beside the notebook, as the kernel writes it. */
function namePath(prompt: string, id: string): string {
  const words = prompt.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return `videogen/${[...words.slice(0, 6), id].join("-")}.mp4`;
}

/** The job of a request before anything has happened. */
export function draftJob(request: RequestView, data: RehearsalData): JobView {
  const id = makeId();
  const { prompt, model, seed } = request;
  const [duration, size] = [request.duration ?? data.draft.duration, request.size ?? data.draft.size];
  return {
    ...data.draft,
    id,
    prompt,
    model,
    duration,
    size,
    seed,
    created_at: getNow(),
    saves_as: namePath(prompt, id),
    request: { ...request, duration, size },
  };
}

/** What is said, once the clip is made, where no word names a scene. */
function describeUnknown({ prompt, request }: JobView, { vocabulary }: RehearsalData): Partial<JobView> {
  const { scene, isNamed } = readScene(prompt, request.negative ?? "", vocabulary);
  if (isNamed || scene !== vocabulary.fallback) return {};
  const examples = Object.values(vocabulary.examples);
  const [title] = vocabulary.examples[scene] ?? [scene];
  const titles = examples.map(([name]) => name).join(", ");
  return {
    warnings: [`No prepared clip fits these words: this is ${title}. There are clips of: ${titles}.`],
    suggestions: examples.slice(0, SUGGESTED).map(([, example]) => example),
  };
}

/** The end of a job that went well. */
export function finishJob(job: JobView, clip: Omit<ClipView, "src">, seconds: number): Partial<JobView> {
  const made = { ...clip, src: job.saves_as };
  return {
    state: "succeeded",
    progress: 100,
    finished_at: job.created_at + seconds,
    saved_bytes: clip.bytes,
    total_bytes: clip.bytes,
    clip: made,
    clips: [made],
  };
}

export class RehearsedJob {
  /** The name of its clip. */
  readonly film: string;
  readonly #data: RehearsalData;
  readonly #later: Later;
  readonly #listeners = new Set<Listener>();
  #view: JobView;

  constructor(view: JobView, film: string, data: RehearsalData, later: Later) {
    this.#view = view;
    this.film = film;
    this.#data = data;
    this.#later = later;
  }

  /** The job of a request, whose words choose its clip. */
  static of(request: RequestView, data: RehearsalData, later: Later): RehearsedJob {
    const { scene } = readScene(request.prompt, request.negative ?? "", data.vocabulary);
    return new RehearsedJob(draftJob(request, data), scene, data, later);
  }

  get view(): JobView {
    return this.#view;
  }

  subscribe(listener: Listener): void {
    this.#listeners.add(listener);
  }

  change(change: Partial<JobView>): void {
    this.#view = { ...this.#view, ...change };
    for (const listener of this.#listeners) listener(this.#view);
  }

  /** Go through all states. */
  start(): void {
    this.#take(this.#view.model === REFUSED ? this.#stepsToRefusal() : this.#stepsToClip());
  }

  #take([step, ...others]: readonly Step[]): void {
    if (step === undefined) return;
    this.#later(step.after, () => {
      const isOver = step.change.state === "succeeded" || step.change.state === "failed";
      this.change(isOver ? { ...step.change, finished_at: getNow() } : step.change);
      this.#take(others);
    });
  }

  #stepsToStart(): readonly Step[] {
    return [
      { after: 60, change: { state: "submitting" } },
      { after: 240, change: { state: "queued" } },
      { after: 300, change: { state: "running", progress: 1 } },
    ];
  }

  #stepsToClip(): readonly Step[] {
    const after = this.#view.model === SLOW ? SLOW_PACE : PACE;
    const clip = this.#data.clips[this.film];
    if (clip === undefined) return this.#stepsToRefusal();
    const unknown = describeUnknown(this.#view, this.#data);
    return [
      ...this.#stepsToStart(),
      ...PERCENTS.map((progress) => ({ after, change: { progress } })),
      { after: 150, change: { state: "saving", progress: 100, ...unknown } },
      { after: 150, change: finishJob(this.#view, clip, 0) },
    ];
  }

  #stepsToRefusal(): readonly Step[] {
    return [
      ...this.#stepsToStart(),
      { after: PACE, change: { progress: 20 } },
      { after: PACE, change: { progress: 74 } },
      { after: PACE, change: { state: "failed", error: this.#data.refusal } },
    ];
  }
}
