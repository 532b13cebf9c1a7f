// What is asked of the engine, checked before anything is drawn.
import { BadOrder } from "./errors";

export interface Order {
  readonly prompt: string;
  /** Pixels; both sizes are even. */
  readonly width: number;
  readonly height: number;
  readonly seconds: number;
  /** Frames per second. */
  readonly fps: number;
  /** A whole number; the same prompt and seed give the same clip. */
  readonly seed: number;
}

const [SMALLEST, LARGEST] = [64, 3840];
/** More frames would fill the memory, since a clip is put together there. */
const MOST_FRAMES = 3600;

function isBetween(value: unknown, low: number, high: number): value is number {
  return typeof value === "number" && value >= low && value <= high;
}

function isSide(value: unknown): boolean {
  return isBetween(value, SMALLEST, LARGEST) && value % 2 === 0;
}

/** Throws a BadOrder that says what was wrong and what is possible. */
export function check({ prompt, width, height, seconds, fps, seed }: Order): void {
  const faults: readonly (readonly [boolean, string])[] = [
    [typeof prompt === "string", "The prompt must be a text."],
    [
      isSide(width) && isSide(height),
      `Width and height must be even numbers of pixels from ${SMALLEST} to ${LARGEST}, not ${width}x${height}.`,
    ],
    [isBetween(fps, 1, 120), `fps must be from 1 to 120 frames per second, not ${fps}.`],
    [
      isBetween(seconds, 0, Number.MAX_VALUE) && seconds > 0,
      `seconds must be a number above 0, not ${seconds}.`,
    ],
    [
      seconds * fps <= MOST_FRAMES,
      `A clip may have at most ${MOST_FRAMES} frames, not ${seconds * fps}: ask for fewer seconds or frames per second.`,
    ],
    [Number.isSafeInteger(seed), `The seed must be a whole number, not ${seed}.`],
  ];
  const fault = faults.find(([holds]) => !holds);
  if (fault) throw new BadOrder(`${fault[1]} Nothing was drawn.`);
}
