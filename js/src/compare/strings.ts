/** The texts of a comparison, written as those of the page are: `{value}` runs from left to right, `[name]` is text of others. */

import type { Strings } from "../text/strings";

type Texts = Omit<Strings, "lines">;

export const en = {
  compared: {
    prompt: "prompt",
    model: "model",
    duration: "length",
    size: "size",
    seed: "seed",
    negative: "what to avoid",
    fps: "frames per second",
  },
  same: "*Same:* [same].",
  different: "*Different:* [different].",
  onlySame: "*Same settings:* [same].",
  seed: "seed {seed}",
  fps: "{fps} frames/s",
  none: "none",
  hear: "Sound from {letter}",
  arrangement: "Layout",
  ways: { grid: "Grid", wipe: "Wipe" },
  edge: "Where A ends and B begins",
  edgeSpoken: "{percent} percent A",
  shift: "Shift by frames",
  shiftOf: "Shift of {letter}",
  earlier: "{letter} one frame earlier",
  later: "{letter} one frame later",
  frames: "{count} frames",
  close: "Close the comparison",
  made: "made in {took}",
  elapsed: "{elapsed}",
  left: "about {time} left",
  usually: "usually about {time}",
  ready: "*{ready}* of {clips} ready",
  progress: "Progress of all",
  percentSpoken: "{percent} percent",
} as const satisfies Texts;

type Widened<T> = T extends string ? string : { readonly [K in keyof T]: Widened<T[K]> };
export type CompareTexts = Widened<typeof en>;

/** The texts in the language of the page; English where there are none. */
export const strings: CompareTexts = en;
