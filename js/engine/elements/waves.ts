// A patch of sea: its slopes at any time, from a spectrum of waves, at several degrees of detail.
import { makeSpectrum, realFields, type Spectrum } from "../draw/fft";
import { fading, roundEven, TAU } from "../draw/numbers";
import type { RandomStream } from "../draw/random";
import type { Stage } from "../draw/stage";

/** Size of the patch in cells: sideways, and toward the viewer. */
export const [ACROSS, ALONG] = [512, 256];
/** Copies of the patch, each half as fine: far water is read from coarse ones, or it would glitter like noise. */
export const COPIES = 6;

/** Where each copy starts in a flat row of all of them, finest first. */
export const STARTS: readonly number[] = Array.from({ length: COPIES + 1 }, (_, step) => {
  let start = 0;
  for (let before = 0; before < step; before++) start += (ACROSS >> before) * (ALONG >> before);
  return start;
});

/** A wave by its place in the whole spectrum: how often it fits into the patch. */
interface Wave {
  readonly across: number;
  readonly along: number;
  /** Its height, real and imaginary. */
  readonly real: number;
  readonly imaginary: number;
  readonly turn: number;
}

/**
 * Each wave of the spectrum turns whole times per clip, nearly at the speed deep water gives its length (the root of its
 * frequency). All of them travel toward the viewer, spread to both sides.
 *
 * A small frame never looks at the finest copies. The patch is made at the size of copy `finest`: waves that are too short
 * for it are left out, and the others are as strong as averaging leaves them.
 */
export class Waves {
  private readonly sideways: Spectrum;
  private readonly toward: Spectrum;
  private readonly now: readonly [Spectrum, Spectrum];
  private readonly turns: Float64Array;
  private readonly living: Int32Array;
  private readonly flat = [new Float32Array(STARTS[COPIES]), new Float32Array(STARTS[COPIES])] as const;
  private readonly scales: readonly [number, number];
  private gains: readonly number[] = Array.from({ length: COPIES }, () => 1);

  constructor(
    private readonly stage: Stage,
    stream: RandomStream,
    private readonly roughness: number,
    private readonly finest: number,
  ) {
    const make = () => makeSpectrum(ACROSS >> finest, ALONG >> finest);
    [this.sideways, this.toward, this.now] = [make(), make(), [make(), make()]];
    this.turns = new Float64Array(this.toward.real.length);
    const waves = this.makeWaves(stream);
    this.scales = [
      1 / deviationOf(waves, ({ across }) => across * 0.9),
      1 / deviationOf(waves, ({ along }) => along),
    ];
    for (const wave of waves) this.place(wave);
    this.living = Int32Array.from([...this.turns.keys()].filter((at) => this.turns[at] > 0));
    this.gains = this.measureCopies();
  }

  private makeWaves(stream: RandomStream): readonly Wave[] {
    const width = ALONG / 2 + 1;
    const [turns, rough] = [stream.uniform(ACROSS * width), stream.uniform(ACROSS * width)];
    const waves: Wave[] = [];
    for (let row = 0; row < ACROSS; row++)
      for (let along = 0; along < width; along++) {
        const at = row * width + along;
        const wave = this.makeWave(row < ACROSS / 2 ? row : row - ACROSS, along, TAU * turns[at], rough[at]);
        if (Math.hypot(wave.real, wave.imaginary) > 1e-9) waves.push(wave);
      }
    return waves;
  }

  private makeWave(across: number, along: number, turn: number, rough: number): Wave {
    // Crests are three times as long as they are apart.
    const length = Math.hypot(across * 0.9, along) || 1;
    const shape =
      length ** -2.1 * fading((3.2 / length) ** 4) * fading((length / (70 * this.roughness)) ** 2);
    const size = ((shape * along) / length) * Math.sqrt(-Math.log(Math.max(rough, 1e-9)));
    const turns = Math.max(1, roundEven(0.24 * Math.sqrt(length) * this.stage.pace * this.stage.seconds));
    const speed = (turns * TAU) / this.stage.seconds;
    return { across, along, real: size * Math.cos(turn), imaginary: size * Math.sin(turn), turn: speed };
  }

  /** Writes a wave's slopes, which are its height times its frequency, a quarter of a turn on, into the spectra. */
  private place({ across, along, real, imaginary, turn }: Wave): void {
    const [rows, columns] = [ACROSS >> this.finest, ALONG >> this.finest];
    if (Math.abs(across) >= rows / 2 || along >= columns / 2) return;
    const at = (across < 0 ? across + rows : across) * (columns / 2 + 1) + along;
    let [x, y] = [-imaginary, real];
    for (let step = 0; step < this.finest; step++)
      [x, y] = average(x, y, across / (ACROSS >> step), along / (ALONG >> step));
    const [wide, tall] = this.scales;
    this.sideways.real[at] = x * across * 0.9 * wide;
    this.sideways.imaginary[at] = y * across * 0.9 * wide;
    this.toward.real[at] = x * along * tall;
    this.toward.imaginary[at] = y * along * tall;
    this.turns[at] = turn;
  }

  private turn(seconds: number): void {
    const { now, living, turns, sideways, toward } = this;
    for (const { real, imaginary } of now) {
      real.fill(0);
      imaginary.fill(0);
    }
    for (const at of living) {
      const c = Math.cos(turns[at] * seconds);
      const s = -Math.sin(turns[at] * seconds);
      rotate(sideways, now[0], at, c, s);
      rotate(toward, now[1], at, c, s);
    }
  }

  /** How much each coarser copy must be raised to stay lively. */
  private measureCopies(): readonly number[] {
    const flat = this.pyramids(0)[1];
    const gain = (step: number) =>
      1 / Math.max(deviation(flat.subarray(STARTS[step], STARTS[step + 1])), 1e-3);
    return Array.from({ length: COPIES }, (_, step) => (step < this.finest ? 1 : Math.min(gain(step), 1.9)));
  }

  /** Both slopes, sideways and toward the viewer, as flat rows of all copies, finest first. Overwritten by the next call. */
  pyramids(seconds: number): readonly [Float32Array, Float32Array] {
    this.turn(seconds);
    const [sideways, toward] = realFields(...this.now);
    this.stack(sideways, this.flat[0]);
    this.stack(toward, this.flat[1]);
    return this.flat;
  }

  private stack(slope: Float64Array, flat: Float32Array): void {
    const [columns, rows] = [ACROSS >> this.finest, ALONG >> this.finest];
    for (let row = 0, at = STARTS[this.finest]; row < rows; row++)
      for (let column = 0; column < columns; column++, at++) flat[at] = slope[column * rows + row];
    for (let step = this.finest + 1; step < COPIES; step++) coarsen(flat, step);
    for (let step = this.finest; step < COPIES; step++)
      for (let at = STARTS[step]; at < STARTS[step + 1]; at++) flat[at] *= this.gains[step];
  }
}

/** What averaging over 2x2 cells leaves of a wave, which is seen from the middle of the four. */
function average(x: number, y: number, across: number, along: number): readonly [number, number] {
  const left = Math.cos(Math.PI * across) * Math.cos(Math.PI * along);
  const [c, s] = [Math.cos(Math.PI * (across + along)), Math.sin(Math.PI * (across + along))];
  return [left * (x * c - y * s), left * (x * s + y * c)];
}

/** The deviation of a field whose spectrum's upper half these waves are, each times a weight. */
function deviationOf(waves: readonly Wave[], weight: (wave: Wave) => number): number {
  const power = waves.reduce((sum, one) => sum + (one.real ** 2 + one.imaginary ** 2) * weight(one) ** 2, 0);
  return Math.sqrt(2 * power);
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

function deviation(values: Float32Array): number {
  let sum = 0;
  let squares = 0;
  for (let at = 0; at < values.length; at++) {
    sum += values[at];
    squares += values[at] * values[at];
  }
  return Math.sqrt(squares / values.length - (sum / values.length) ** 2);
}
