// A patch of sea: its slopes at any time, from a spectrum of waves, at several degrees of detail.
import { makeSpectrum, realFields, type Spectrum } from "../draw/fft";
import { fading, roundEven, TAU } from "../draw/numbers";
import type { RandomStream } from "../draw/random";
import type { Stage } from "../draw/stage";

/** Size of the patch in cells: sideways, and toward the viewer. */
export const [ACROSS, ALONG] = [512, 256];
/** Copies of the patch, each half as fine: far water is read from coarse ones, or it would glitter like noise. */
export const COPIES = 6;

interface Slopes {
  readonly sideways: Float64Array;
  readonly toward: Float64Array;
}

/** Where each copy starts in a flat row of all of them, finest first. */
export const STARTS = Array.from({ length: COPIES + 1 }, (_, step) => {
  let start = 0;
  for (let before = 0; before < step; before++) start += (ACROSS >> before) * (ALONG >> before);
  return start;
});

/**
 * Each wave of the spectrum turns whole times per clip, nearly at the speed deep water gives its length (the root of its
 * frequency). All of them travel toward the viewer, spread to both sides.
 */
export class Waves {
  private readonly sideways = makeSpectrum(ACROSS, ALONG);
  private readonly toward = makeSpectrum(ACROSS, ALONG);
  private readonly turns: Float32Array;
  private readonly now = [makeSpectrum(ACROSS, ALONG), makeSpectrum(ACROSS, ALONG)] as const;
  private readonly flat = [new Float32Array(STARTS[COPIES]), new Float32Array(STARTS[COPIES])] as const;
  private scales: readonly [number, number] = [1, 1];
  private gains: readonly number[] = Array.from({ length: COPIES }, () => 1);
  private readonly living: Int32Array;

  constructor(
    private readonly stage: Stage,
    stream: RandomStream,
    roughness: number,
  ) {
    const size = this.toward.real.length;
    const turn = stream.uniform(size);
    const rough = stream.uniform(size);
    this.turns = new Float32Array(size);
    for (let at = 0; at < size; at++) this.bakeWave(at, TAU * turn[at], rough[at], roughness);
    this.living = this.findLiving();
    const slopes = this.slopes(0);
    this.scales = [1 / deviation(slopes.sideways), 1 / deviation(slopes.toward)];
    this.gains = this.measureCopies();
  }

  private bakeWave(at: number, turn: number, rough: number, roughness: number): void {
    const width = ALONG / 2 + 1;
    const row = Math.trunc(at / width);
    const [across, along] = [row < ACROSS / 2 ? row : row - ACROSS, at % width];
    // Crests are three times as long as they are apart.
    const length = at === 0 ? 1 : Math.hypot(across * 0.9, along);
    const shape = length ** -2.1 * fading((3.2 / length) ** 4) * fading((length / (70 * roughness)) ** 2);
    const size = ((shape * along) / length) * Math.sqrt(-Math.log(Math.max(rough, 1e-9)));
    // Slopes are heights times their frequency, a quarter of a turn on.
    const [real, imaginary] = [-size * Math.sin(turn), size * Math.cos(turn)];
    this.sideways.real[at] = real * across * 0.9;
    this.sideways.imaginary[at] = imaginary * across * 0.9;
    this.toward.real[at] = real * along;
    this.toward.imaginary[at] = imaginary * along;
    const rate = 0.24 * Math.sqrt(length) * this.stage.pace;
    this.turns[at] = (Math.max(1, roundEven(rate * this.stage.seconds)) * TAU) / this.stage.seconds;
  }

  /** The waves that are seen at all: the rest need no turning. */
  private findLiving(): Int32Array {
    const { toward, sideways } = this;
    const power = toward.real.map(
      (_, at) =>
        toward.real[at] ** 2 +
        toward.imaginary[at] ** 2 +
        sideways.real[at] ** 2 +
        sideways.imaginary[at] ** 2,
    );
    const least = 1e-9 * power.reduce((most, one) => Math.max(most, one), 0);
    return Int32Array.from([...power.keys()].filter((at) => power[at] > least));
  }

  private turn(seconds: number): void {
    const [one, two] = this.now;
    for (const spectrum of this.now) {
      spectrum.real.fill(0);
      spectrum.imaginary.fill(0);
    }
    for (const at of this.living) {
      const angle = -this.turns[at] * seconds;
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      rotate(this.sideways, one, at, c, s);
      rotate(this.toward, two, at, c, s);
    }
  }

  /** The slopes sideways and toward the viewer, (ACROSS, ALONG) with deviation 1. */
  private slopes(seconds: number): Slopes {
    this.turn(seconds);
    const [sideways, toward] = realFields(...this.now);
    const [wide, tall] = this.scales;
    for (let at = 0; at < sideways.length; at++) {
      sideways[at] *= wide;
      toward[at] *= tall;
    }
    return { sideways, toward };
  }

  /** How much each coarser copy must be raised to stay lively. */
  private measureCopies(): readonly number[] {
    const flat = this.pyramids(0)[1];
    return Array.from({ length: COPIES }, (_, step) =>
      Math.min(1 / Math.max(deviation(flat.subarray(STARTS[step], STARTS[step + 1])), 1e-3), 1.9),
    );
  }

  /** Both slopes as flat rows of all copies, (ALONG, ACROSS) each, finest first. Overwritten by the next call. */
  pyramids(seconds: number): readonly [Float32Array, Float32Array] {
    const { sideways, toward } = this.slopes(seconds);
    [sideways, toward].forEach((slope, which) => {
      this.stack(slope, this.flat[which]);
    });
    return this.flat;
  }

  private stack(slope: Float64Array, flat: Float32Array): void {
    for (let row = 0, at = 0; row < ALONG; row++)
      for (let column = 0; column < ACROSS; column++, at++) flat[at] = slope[column * ALONG + row];
    for (let step = 1; step < COPIES; step++) coarsen(flat, step);
    for (let step = 0; step < COPIES; step++)
      for (let at = STARTS[step]; at < STARTS[step + 1]; at++) flat[at] *= this.gains[step];
  }
}

function rotate(from: Spectrum, to: Spectrum, at: number, c: number, s: number): void {
  to.real[at] = from.real[at] * c - from.imaginary[at] * s;
  to.imaginary[at] = from.real[at] * s + from.imaginary[at] * c;
}

/** Averages 2x2 of one copy into the next. */
function coarsen(flat: Float32Array, step: number): void {
  const columns = ACROSS >> step;
  for (let row = 0, to = STARTS[step]; row < ALONG >> step; row++)
    for (let column = 0; column < columns; column++, to++) {
      const from = STARTS[step - 1] + 4 * row * columns + 2 * column;
      const below = from + 2 * columns;
      flat[to] = (flat[from] + flat[from + 1] + flat[below] + flat[below + 1]) / 4;
    }
}

function deviation(values: Float64Array | Float32Array): number {
  let [sum, squares] = [0, 0];
  for (const value of values) {
    sum += value;
    squares += value * value;
  }
  return Math.sqrt(squares / values.length - (sum / values.length) ** 2);
}
