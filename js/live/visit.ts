/** Plays a visit without a page: messages go in, and what the stand-in says comes out, a line of JSON each. */

import type { PageMessage, RequestView, WidgetState } from "../src/kernel/protocol.gen";
import { ClipShelf } from "./clips";
import { CompareKernel } from "./compare-kernel";
import type { RehearsalData } from "./data";
import { FormKernel } from "./form-kernel";
import { GridKernel } from "./grid-kernel";
import type { Stage, StandInKernel } from "./kernel";
import type { LoadPack } from "./packs";
import { readScene } from "./scene";
import { VoteKernel } from "./vote-kernel";

type Traits = Partial<WidgetState>;
interface Step {
  readonly cell: string;
  readonly say?: { readonly type: string } & Record<string, unknown>;
  readonly until?: string;
}
interface Told {
  readonly type: string;
}

/** A clock that goes on when it is told to. */
class Clock {
  readonly #due: { readonly at: number; readonly act: () => void }[] = [];
  #now = 0;

  readonly later = (milliseconds: number, act: () => void): void => {
    this.#due.push({ at: this.#now + milliseconds, act });
  };
  /** Do what is due next; false where there is nothing. */
  step(): boolean {
    const next = this.#due.reduce((first, one) => (first && first.at <= one.at ? first : one), this.#due[0]);
    if (next === undefined) return false;
    this.#due.splice(this.#due.indexOf(next), 1);
    this.#now = next.at;
    next.act();
    return true;
  }
}

const TRAITS = ["form", "job", "queue", "compared", "grid", "vote", "library"] as const;
const ended = new Set(["succeeded", "failed"]);

const isReached: Readonly<Record<string, (traits: WidgetState) => boolean>> = {
  succeeded: ({ job }) => job?.state === "succeeded",
  failed: ({ job }) => job?.state === "failed",
  "all ended": ({ job, queue }) => [job, ...queue].every((one) => one && ended.has(one.state)),
  ended: ({ grid }) => grid?.state === "ended",
};

/** One page of the visit: what it says and hears. */
class Page {
  readonly #kernel: StandInKernel;
  readonly #clock: Clock;
  readonly #heard: unknown[] = [];
  #answer: (() => void) | null = null;
  #count = 0;

  constructor(name: string, kernel: StandInKernel, clock: Clock) {
    this.#kernel = kernel;
    this.#clock = clock;
    this.#tell({ cell: name, traits: this.#traits() });
    for (const trait of TRAITS)
      kernel.model.on(`change:${trait}`, () => this.#tell({ trait, value: kernel.model.get(trait) }));
    kernel.model.on("msg:custom", ((message: Told, buffers: readonly DataView[]) => {
      this.#tell({ message, buffers: buffers.map(({ byteLength }) => byteLength) });
      if (message.type === "ack") this.#answer?.();
    }) as never);
  }

  async take(step: Step): Promise<void> {
    this.#tell({ step });
    if (step.until) while (!isReached[step.until]?.(this.#traits())) if (!this.#clock.step()) break;
    if (step.say) await this.#say(step.say);
  }

  get lines(): readonly string[] {
    return this.#heard.map((one) => JSON.stringify(one));
  }

  #say(given: NonNullable<Step["say"]>): Promise<void> {
    const text = JSON.stringify(given).replace(/\$(\w+)/g, (_, name: string) => this.#find(name));
    const message = JSON.parse(text) as { request?: Partial<RequestView> };
    const start = this.#kernel.stage.data.form.start;
    const request = message.request && { request: { ...start, ...message.request }, new: false, yes: false };
    this.#count += 1;
    return new Promise((resolve) => {
      this.#answer = resolve;
      const whole = { v: 1, request_id: `r${this.#count}`, aside: false, ...message, ...request };
      this.#kernel.model.send(whole as unknown as PageMessage);
    });
  }

  #find(name: string): string {
    const { job, queue, compared, vote } = this.#traits();
    const found: Readonly<Record<string, string | undefined>> = {
      job: job?.id ?? compared?.[0]?.id ?? this.#findInGrid(),
      queued: queue[0]?.id,
      token: vote?.token,
      build: "",
    };
    return found[name] ?? "";
  }

  #findInGrid(): string | undefined {
    const rows = JSON.stringify(this.#heard).match(/"job_id":"([a-z2-7]{8})"/);
    return rows?.[1];
  }

  #traits(): WidgetState {
    const pairs = TRAITS.map((name) => [name, this.#kernel.model.get(name)]);
    return Object.fromEntries(pairs) as Traits as WidgetState;
  }

  #tell(line: unknown): void {
    this.#heard.push(structuredClone(line));
  }
}

/** Play a visit, and return what was said, cell by cell. */
export async function play(data: RehearsalData, load: LoadPack, steps: readonly Step[]): Promise<string> {
  const clock = new Clock();
  const stage: Stage = { data, clips: new ClipShelf(load), load, later: clock.later };
  const kernels: Readonly<Record<string, StandInKernel>> = {
    form: new FormKernel(stage),
    grid: new GridKernel(stage),
    compare: new CompareKernel(stage),
    vote: new VoteKernel(stage),
  };
  const pages = new Map(
    Object.entries(kernels).map(([name, kernel]) => [name, new Page(name, kernel, clock)]),
  );
  for (const step of steps) await pages.get(step.cell)?.take(step);
  return [...pages.values()].flatMap(({ lines }) => lines).join("\n");
}

/** Read sentences, each with what is not wanted, and return their scenes. */
export const readScenes = (data: RehearsalData, asked: readonly (readonly [string, string])[]): string =>
  JSON.stringify(asked.map(([prompt, negative]) => readScene(prompt, negative, data.vocabulary).scene));
