// Noise that tiles: baked once as random waves, then only ever looked at.
import { makeSpectrum, realField } from "./fft";
import { type Field, makeField } from "./field";
import { fading, modulo, TAU } from "./numbers";
import type { RandomStream } from "./random";

/**
 * The character of noise: how fast fine detail fades, the coarsest and finest waves per tile, and its stretch across and
 * down. A stretch below 1 keeps short detail on that axis.
 */
export interface Grain {
  readonly falloff: number;
  readonly coarse: number;
  readonly fine?: number;
  readonly stretch?: readonly [number, number];
}

function strength(frequency: number, { coarse, fine = 1e9 }: Grain, power: number): number {
  if (frequency === 0 || frequency > 6 * fine) return 0; // finer waves are not seen
  const waves = Math.max(frequency, 0.1);
  return waves ** -power * (1 - fading((waves / coarse) ** 4)) * fading((waves / fine) ** 2);
}

/** Scales numbers around 0 to a deviation of 1. */
function normalise(values: Float64Array): Float32Array {
  let sum = 0;
  let squares = 0;
  for (let at = 0; at < values.length; at++) {
    sum += values[at];
    squares += values[at] * values[at];
  }
  const scale = 1 / Math.sqrt(squares / values.length - (sum / values.length) ** 2);
  const scaled = new Float32Array(values.length);
  for (let at = 0; at < values.length; at++) scaled[at] = values[at] * scale;
  return scaled;
}

/** Bakes (rows, columns), powers of two, of noise around 0 with deviation 1 that joins itself at all edges. */
export function sheet(stream: RandomStream, rows: number, columns: number, grain: Grain): Field {
  const [across, down] = grain.stretch ?? [1, 1];
  const spectrum = makeSpectrum(rows, columns);
  const width = columns / 2 + 1;
  for (let row = 0, at = 0; row < rows; row++) {
    const vertical = (row < rows / 2 ? row : row - rows) * down;
    for (let column = 0; column < width; column++, at++) {
      const size = strength(
        Math.sqrt(vertical * vertical + (column * across) ** 2),
        grain,
        grain.falloff / 2 + 0.5,
      );
      const turn = TAU * stream.number();
      if (size === 0) continue;
      spectrum.real[at] = size * Math.cos(turn);
      spectrum.imaginary[at] = size * Math.sin(turn);
    }
  }
  return { rows, columns, values: normalise(realField(spectrum)) };
}

/** Bakes `length` numbers around 0 with deviation 1 that join at the ends: skylines, ridges, rays. */
export function line(stream: RandomStream, length: number, grain: Grain): Float32Array {
  const spectrum = makeSpectrum(1, length);
  for (let at = 0; at <= length / 2; at++) {
    const size = strength(at, grain, grain.falloff / 2);
    const turn = TAU * stream.number();
    spectrum.real[at] = size * Math.cos(turn);
    spectrum.imaginary[at] = size * Math.sin(turn);
  }
  return normalise(realField(spectrum));
}

/** Reads an endless line at any place, smoothly between its numbers. */
export function along(values: Float32Array, place: number): number {
  const wrapped = modulo(place, values.length);
  const left = Math.floor(wrapped);
  const share = wrapped - left;
  return values[left] * (1 - share) + values[(left + 1) % values.length] * share;
}

/** Reads an endless sheet, whose sides are powers of two, between its cells. */
export function gather({ rows, columns, values }: Field, right: number, down: number): number {
  const left = Math.floor(right);
  const top = Math.floor(down);
  const x = right - left;
  const y = down - top;
  const here = left & (columns - 1);
  const beside = (left + 1) & (columns - 1);
  const start = (top & (rows - 1)) * columns;
  const below = ((top + 1) & (rows - 1)) * columns;
  const upper = values[start + here] * (1 - x) + values[start + beside] * x;
  return upper * (1 - y) + (values[below + here] * (1 - x) + values[below + beside] * x) * y;
}

/** How much two takes of a drifting sheet count while they take turns, so that a loop has no seam. */
export function takeTurns(phase: number): readonly [number, number] {
  const near = 1 - Math.abs(2 * modulo(phase, 1) - 1);
  const scale = (near ** 2 + (1 - near) ** 2) ** -0.5;
  return [near * scale, (1 - near) * scale];
}

/** A sheet seen through a window of (rows, columns) that may start anywhere, between its cells too. */
export class Tile {
  readonly seen: Field;

  constructor(
    private readonly source: Field,
    rows: number,
    columns: number,
  ) {
    this.seen = makeField(rows, columns);
  }

  /** What is seen through the window, moved by this many columns and rows. It is overwritten by the next look. */
  view(right: number, down: number): Field {
    this.seen.values.fill(0);
    this.add(right, down, 1);
    return this.seen;
  }

  /** Drifts by (right, down) cells per phase, for ever, although phase 1 is phase 0 again. */
  drift(phase: number, right: number, down: number): Field {
    const [one, two] = takeTurns(phase);
    const [at, other] = [modulo(phase, 1) - 0.5, modulo(phase + 0.5, 1) - 0.5];
    const { rows, columns } = this.source;
    this.seen.values.fill(0);
    this.add(right * at, down * at, one);
    this.add(right * other + columns * 0.37, down * other + rows * 0.41, two);
    return this.seen;
  }

  private add(right: number, down: number, weight: number): void {
    const { rows, columns, values } = this.source;
    const [left, top] = [Math.floor(right), Math.floor(down)];
    const [x, y] = [right - left, down - top];
    const weights = [(1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y].map((one) => one * weight);
    const [a, b, c, d] = weights as [number, number, number, number];
    const seen = this.seen;
    for (let row = 0, at = 0; row < seen.rows; row++) {
      const start = ((top + row) & (rows - 1)) * columns;
      const below = ((top + row + 1) & (rows - 1)) * columns;
      for (let column = 0; column < seen.columns; column++, at++) {
        const here = (left + column) & (columns - 1);
        const beside = (left + column + 1) & (columns - 1);
        seen.values[at] +=
          values[start + here] * a +
          values[start + beside] * b +
          values[below + here] * c +
          values[below + beside] * d;
      }
    }
  }
}
