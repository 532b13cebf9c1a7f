// A film before it is encoded: what was understood, and every frame by its number.
import { Canvas } from "./draw/canvas";
import { Finish, type Pixels } from "./draw/finish";
import type { Look } from "./draw/look";
import { Dice } from "./draw/random";
import { Stage } from "./draw/stage";
import type { Order } from "./order";
import { type Reading, read } from "./read/read";
import { vocabulary } from "./read/vocabulary";
import { drawnFor, EXTRAS, lookFor, SCENES } from "./scenes";
import type { Scene } from "./scenes/scene";

/** What the engine understands of a sentence. */
export interface Description {
  /** The scene that the words ask for, in the vocabulary of the Python engine. */
  readonly asked: string;
  /** The scene that is drawn for it here. */
  readonly scene: string;
  readonly mood: string;
  readonly colours: readonly string[];
  readonly pace: number;
  readonly props: readonly string[];
  /** The words that decided something, as the vocabulary has them. */
  readonly words: readonly string[];
}

export function describe(prompt: string): Description {
  const { scene: asked, ...reading } = read(prompt);
  const scene = drawnFor(asked);
  return { ...reading, asked, scene, mood: lookFor(scene, { ...reading, scene }, prompt).mood };
}

export class Film {
  readonly description: Description;
  readonly frames: number;
  private readonly canvas: Canvas;
  private readonly finish: Finish;
  private readonly parts: readonly Scene[];

  /** Bakes the scene: the same order gives the same frames. */
  constructor(private readonly order: Order) {
    const { prompt, width, height, seconds, fps, seed } = order;
    this.frames = Math.max(1, Math.round(seconds * fps));
    this.description = describe(prompt);
    const dice = new Dice(prompt, seed);
    const { pace, props } = this.description;
    const stage = new Stage(width, height, this.frames / fps, pace, props);
    this.canvas = new Canvas(width, height);
    this.finish = new Finish(width, height, dice.stream("finish"));
    this.parts = bake(this.description, stage, lookOf(this.description, prompt), dice);
  }

  /** The pixels of one frame, as I420; the next one overwrites them. */
  draw(number: number): Pixels {
    for (const part of this.parts) part.draw(this.canvas, number / this.order.fps);
    return this.finish.run(this.canvas);
  }
}

function lookOf(description: Description, prompt: string): Look {
  return lookFor(description.scene, description satisfies Reading, prompt).look;
}

/** Bakes all that is drawn, in order: the scene, then the weather that was named. */
function bake({ scene, props }: Description, stage: Stage, look: Look, dice: Dice): readonly Scene[] {
  const own = vocabulary.own[scene] ?? [];
  const extras = props.filter((prop) => prop in EXTRAS && !own.includes(prop));
  return [SCENES[scene], ...extras.map((prop) => EXTRAS[prop])].map((Part) => new Part(stage, look, dice));
}
