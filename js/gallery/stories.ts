/** Made-up stories, and a kernel that answers for them: tests and the gallery show the same. */

import type { PageMessage, ShotView, StoryView } from "../src/kernel/protocol.gen";
import { clip, FakeModel } from "./fake";

const PROMPTS = [
  "A paper boat on the sea at dawn",
  "The sun goes down, the boat sails on",
  "A storm comes up, slow zoom on the boat",
  "The boat reaches a neon-lit city",
];

/** The shot at a place, from 1; made, and linked to the one before. */
export const shot = (number: number, change: Partial<ShotView> = {}): ShotView => {
  const id = change.id ?? 10 + number;
  const job = `job${String(number * 10).padStart(5, "0")}`;
  const isMade = (change.state ?? "ready") === "ready";
  return {
    id,
    number,
    prompt: PROMPTS[(number - 1) % PROMPTS.length] ?? "",
    prompt_is_whole: true,
    caption: "",
    state: "ready",
    words: "",
    percent: null,
    seconds_left: null,
    seconds: 4,
    cost: 0.4,
    job_id: isMade ? job : null,
    take: 1,
    takes: [{ number: 1, job_id: isMade ? job : null, state: change.state ?? "ready" }],
    link: number === 1 ? "first" : "linked",
    starts_on: number === 1 || !isMade ? null : `job${String((number - 1) * 10).padStart(5, "0")}`,
    starts_by: number === 1 ? null : "image",
    can_link: true,
    facts: ["4 s", "wan-2.7", "seed 31"],
    remake: isMade ? [id] : [],
    remake_cost: 0.4,
    remake_with: isMade && number < 4 ? [id, id + 1] : [],
    remake_with_cost: isMade && number < 4 ? 0.8 : null,
    failure: "",
    step: "",
    clip: isMade ? { ...clip, seconds: 4, src: `videogen/shot-${number}.mp4` } : null,
    ...change,
  };
};

const shots = (...changes: readonly Partial<ShotView>[]): readonly ShotView[] =>
  changes.map((change, at) => shot(at + 1, change));

const twoTakes = {
  seconds: 8,
  cost: 0.8,
  take: 2,
  takes: [
    { number: 1, job_id: "job00021", state: "ready" },
    { number: 2, job_id: "job00020", state: "ready" },
  ],
} as const;
const waits = (before: number): Partial<ShotView> => ({
  state: "waiting",
  words: `Waits for shot ${before}.`,
  link: "waiting",
});

export class StoryKernel {
  readonly view: StoryView;
  /** Draws the pictures that are asked for; without it there are none. */
  drawStill: ((number: number) => Promise<DataView>) | null = null;

  constructor(change: Partial<StoryView> = {}) {
    const own = change.shots ?? shots({}, twoTakes, {}, { remake_with: [] });
    const missing = own.find(({ state }) => state !== "ready")?.number ?? null;
    this.view = {
      name: "boat",
      guest: false,
      facts: "wan-2.7 · 1280×720",
      state: "ended",
      question: null,
      offer: "offer1",
      shots: own,
      seconds: own.reduce((sum, { seconds }) => sum + seconds, 0),
      spent: own.reduce((sum, { cost, state }) => sum + (state === "ready" ? (cost ?? 0) : 0), 0),
      in_flight: 0,
      unused: 0,
      unused_cost: 0,
      free: false,
      film: null,
      can_join: missing === null,
      waits_for: missing,
      can_restore: false,
      audio: null,
      captions: false,
      has_captions: false,
      aspect: 16 / 9,
      notices: [],
      ...change,
    };
  }

  /** A model whose messages are answered as they come. */
  start(): FakeModel {
    const fake = new FakeModel({ story: this.view });
    const { send } = fake;
    fake.send = (message, callbacks, pieces) => {
      send(message, callbacks, pieces);
      queueMicrotask(() => void this.answer(fake, message as PageMessage));
    };
    return fake;
  }

  async answer(fake: FakeModel, message: PageMessage): Promise<void> {
    if (message.type === "posters" || message.type === "story_frames") {
      const { drawStill } = this;
      const stills = message.job_ids.map(
        (id) => drawStill?.(Number.parseInt(id.slice(3), 10)) ?? new DataView(new ArrayBuffer(0)),
      );
      fake.ack(message, {}, await Promise.all(stills));
    } else if (message.type === "upload") {
      const { name } = message;
      fake.ack(message, {
        medium: { source: `upload:${name}`, kind: "audio", name, width: null, height: null },
      });
    } else if (message.type === "export") fake.ack(message, { text: `boat.${message.kind}` });
    else if (message.type !== "module") fake.ack(message);
  }
}

/** Four shots; the third starts on a frame that is no longer the last one of the second. */
export const stale = (change: Partial<StoryView> = {}): StoryKernel =>
  new StoryKernel({
    shots: shots({}, twoTakes, { link: "stale", starts_on: "job00021" }, { remake_with: [] }),
    spent: 2.8,
    unused: 1,
    unused_cost: 0.8,
    ...change,
  });

export const whole = (change: Partial<StoryView> = {}): StoryKernel => new StoryKernel(change);

/** Asked about before it is sent. */
export const asked = (): StoryKernel =>
  new StoryKernel({
    state: "planned",
    spent: 0,
    shots: shots(
      { state: "planned" },
      { state: "planned", link: "waiting", words: "Starts on the last frame of shot 1." },
      { state: "planned", link: "waiting", words: "Starts on the last frame of shot 2." },
    ),
    question: {
      token: "t0ken",
      words: "3 shots, about $1.20; about 4 min, one after another.",
      clips: 3,
      cost: 1.2,
      unpriced: 0,
    },
  });

/** The first is being made, the others wait for it. */
export const making = (): StoryKernel =>
  new StoryKernel({
    state: "running",
    in_flight: 0.4,
    spent: 0,
    shots: shots(
      { state: "making", percent: 62, seconds_left: 25, job_id: "job00010" },
      waits(1),
      waits(2),
      waits(3),
    ),
  });

/** The third is remade, and the link to the fourth was cut. */
export const remaking = (): StoryKernel =>
  new StoryKernel({
    state: "running",
    in_flight: 0.4,
    spent: 2.8,
    shots: shots(
      {},
      twoTakes,
      {
        state: "making",
        percent: null,
        words: "In the queue, 2nd",
        job_id: "job00032",
        take: 2,
        takes: [
          { number: 1, job_id: "job00030", state: "ready" },
          { number: 2, job_id: "job00032", state: "making" },
        ],
      },
      { link: "cut", starts_on: null, remake_with: [] },
    ),
  });

/** The second failed: what is linked to it waits. */
export const failedInTheMiddle = (): StoryKernel =>
  new StoryKernel({
    state: "ended",
    shots: shots(
      { remake_with: [] },
      { state: "failed", failure: "AIHubMix refused the prompt.", step: "retry", link: "waiting" },
      waits(2),
      waits(3),
    ),
    notices: ["Shot 2 failed. Shots 3 and 4 wait for it."],
  });

export const undecidedShot = (): StoryKernel =>
  new StoryKernel({
    state: "paused",
    shots: shots(
      { remake_with: [] },
      {
        state: "undecided",
        failure: "We lost the answer after sending.",
        step: "look",
        link: "waiting",
      },
      waits(2),
      { state: "gone", failure: "", words: "" },
    ),
  });

/** With cuts: one that was made, and one that the model can't link. */
export const withCuts = (): StoryKernel =>
  new StoryKernel({
    shots: shots(
      { prompt: "دو قایق کاغذی در باران، سپیده دم", remake_with: [] },
      { link: "cut", starts_on: null },
      { link: "cut", starts_on: null, can_link: false, facts: ["4 s", "sora-2"] },
      { take: null, takes: [], remake: [], remake_with: [], cost: null, link: "cut", starts_on: null },
    ),
    can_restore: true,
  });

export const sixty = (): StoryKernel =>
  new StoryKernel({
    name: "sixty",
    shots: Array.from({ length: 60 }, (_, at) => shot(at + 1, { remake_with: [] })),
  });

const film = (current: boolean, words = ""): NonNullable<StoryView["film"]> => ({
  job_id: "film0001",
  clip: { ...clip, seconds: 20, src: "videogen/boat.mp4" },
  current,
  words,
});
export const joined = (): StoryKernel => new StoryKernel({ film: film(true) });
/** With music under it, and captions. */
export const withSound = (change: Partial<StoryView> = {}): StoryKernel =>
  new StoryKernel({
    audio: { name: "harbour at night.mp3", volume: 0.3, fade: 1.5 },
    captions: true,
    has_captions: true,
    film: film(false),
    shots: shots({ caption: "It was still dark." }, twoTakes, {}, { remake_with: [] }),
    ...change,
  });

/** A sound of which a part is at the kernel. */
class Uploading extends StoryKernel {
  override async answer(fake: FakeModel, message: PageMessage): Promise<void> {
    if (message.type !== "upload") return super.answer(fake, message);
    if (message.offset === 0) fake.ack(message);
  }
}
export const uploadingSound = (): StoryKernel => new Uploading();
export const outOfDate = (): StoryKernel => stale({ film: film(false) });
