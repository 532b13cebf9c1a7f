// What every scene is.
import type { Canvas } from "../draw/canvas";
import type { Look } from "../draw/look";
import type { Dice } from "../draw/random";
import type { Stage } from "../draw/stage";

/** Something baked that can draw itself at any time: frames need nothing from each other. */
export interface Scene {
  /** Covers the canvas with the picture at this time of the clip, or adds to it. */
  draw(canvas: Canvas, seconds: number): void;
}

export type Bake = new (stage: Stage, look: Look, dice: Dice) => Scene;
