// The stage: how large, how long and how fast, and what follows from it for every scene.
import { roundEven, TAU } from "./numbers";

/** Rows of a soft field whatever the size of the clip: the same composition at 144p and 1080p. */
const GRID_ROWS = 180;

export class Stage {
  /** Pixels per unit of things: a 720-row frame has 720; narrow frames have smaller things. */
  readonly unit: number;
  /** How many more things fit than on a 16:9 frame; never fewer than a quarter. */
  readonly crowd: number;

  /** Size in pixels (even), length in seconds, pace (1 is natural), and the props that were named. */
  constructor(
    readonly width: number,
    readonly height: number,
    readonly seconds: number,
    readonly pace: number,
    readonly props: readonly string[],
    readonly without: readonly string[] = [],
  ) {
    this.unit = Math.min(height, 0.9 * width) / 720;
    this.crowd = Math.max(0.25, width / height / (16 / 9));
  }

  /** Pixels of the height of things. */
  get size(): number {
    return 720 * this.unit;
  }

  /** Rows and columns of a soft field that covers the full width and this many rows of pixels. */
  grid(rows: number, fineness = 1): readonly [number, number] {
    const height = Math.max(4, Math.min(rows >> 1, roundEven((GRID_ROWS * rows) / this.height)));
    const width = roundEven((fineness * height * this.width) / rows);
    return [height, Math.max(8, Math.min(this.width >> 1, width))];
  }

  /** Turns in the whole clip at about `rate` turns per second; whole ones, so that the clip loops. */
  turns(rate: number): number {
    return Math.max(1, roundEven(rate * this.pace * this.seconds));
  }

  /** Where a steady turn at about this rate is now, in radians. */
  angle(rate: number, seconds: number): number {
    return TAU * this.phase(rate, seconds);
  }

  /** Where something that repeats at about this rate is now, counted in repeats. */
  phase(rate: number, seconds: number): number {
    return (this.turns(rate) * seconds) / this.seconds;
  }

  /** Rounds many rates, per second, so that each repeats whole times in the clip. */
  rates(wanted: Float64Array): Float64Array {
    return wanted.map((rate) => Math.max(1, roundEven(rate * this.pace * this.seconds)) / this.seconds);
  }

  /** The way of the camera: from 0 to 1 and back in one clip, at rest at both ends. */
  sway(seconds: number): number {
    return 0.5 - 0.5 * Math.cos((TAU * seconds) / this.seconds);
  }
}
