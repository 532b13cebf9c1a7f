// The inverse Fourier transform of random waves (radix 2); scale is left to the caller.
import { TAU } from "./numbers";

/** Turns spectra of one length, a power of two, into numbers. */
class Transform {
  private readonly order: Uint32Array;
  private readonly cosines: Float64Array;
  private readonly sines: Float64Array;

  constructor(readonly length: number) {
    const bits = Math.log2(length);
    this.order = new Uint32Array(length);
    for (let at = 0; at < length; at++)
      this.order[at] = (this.order[at >> 1] >> 1) | (at & 1 ? 1 << (bits - 1) : 0);
    this.cosines = Float64Array.from({ length: length / 2 }, (_, at) => Math.cos((TAU * at) / length));
    this.sines = Float64Array.from({ length: length / 2 }, (_, at) => Math.sin((TAU * at) / length));
  }

  /** In place. */
  run(real: Float64Array, imaginary: Float64Array): void {
    this.reorder(real, imaginary);
    const { length, cosines, sines } = this;
    for (let half = 1, stride = length / 2; half < length; half *= 2, stride /= 2)
      for (let start = 0; start < length; start += 2 * half)
        for (let at = start, turn = 0; at < start + half; at++, turn += stride) {
          const c = cosines[turn];
          const s = sines[turn];
          const other = at + half;
          const x = real[other] * c - imaginary[other] * s;
          const y = real[other] * s + imaginary[other] * c;
          real[other] = real[at] - x;
          imaginary[other] = imaginary[at] - y;
          real[at] += x;
          imaginary[at] += y;
        }
  }

  private reorder(real: Float64Array, imaginary: Float64Array): void {
    for (let at = 0; at < this.length; at++) {
      const to = this.order[at];
      if (to <= at) continue;
      const x = real[at];
      const y = imaginary[at];
      real[at] = real[to];
      imaginary[at] = imaginary[to];
      real[to] = x;
      imaginary[to] = y;
    }
  }
}

const known = new Map<number, Transform>();

function transformOf(length: number): Transform {
  const one = known.get(length) ?? new Transform(length);
  known.set(length, one);
  return one;
}

/** Half of the spectrum of a real field: (rows, columns / 2 + 1), row by row. */
export interface Spectrum {
  readonly rows: number;
  readonly columns: number;
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
}

export function makeSpectrum(rows: number, columns: number): Spectrum {
  const size = rows * (columns / 2 + 1);
  return { rows, columns, real: new Float64Array(size), imaginary: new Float64Array(size) };
}

/** Transforms each column in place; the spectrum is used up. */
function transformColumns({ rows, columns, real, imaginary }: Spectrum): void {
  if (rows === 1) return;
  const [transform, width] = [transformOf(rows), columns / 2 + 1];
  const [x, y] = [new Float64Array(rows), new Float64Array(rows)];
  for (let column = 0; column < width; column++) {
    for (let row = 0, at = column; row < rows; row++, at += width) {
      x[row] = real[at];
      y[row] = imaginary[at];
    }
    transform.run(x, y);
    for (let row = 0, at = column; row < rows; row++, at += width) {
      real[at] = x[row];
      imaginary[at] = y[row];
    }
  }
}

/** Unfolds one row of half a spectrum, plus `i` times another row, into a whole one. */
function unfold(
  one: Spectrum,
  other: Spectrum,
  row: number,
  second: number,
  x: Float64Array,
  y: Float64Array,
): void {
  const { columns } = one;
  const [half, width] = [columns / 2, columns / 2 + 1];
  const [a, b] = [row * width, second * width];
  for (let k = 0; k < width; k++) {
    const edge = k === 0 || k === half;
    const ar = one.real[a + k];
    const ai = edge ? 0 : one.imaginary[a + k];
    const br = other.real[b + k];
    const bi = edge ? 0 : other.imaginary[b + k];
    x[k] = ar - bi;
    y[k] = ai + br;
    if (edge) continue;
    x[columns - k] = ar + bi;
    y[columns - k] = br - ai;
  }
}

/** The real field of a spectrum, which is used up. Two rows are done at a time, since both are real. */
export function realField(spectrum: Spectrum): Float64Array {
  transformColumns(spectrum);
  const { rows, columns } = spectrum;
  const transform = transformOf(columns);
  const field = new Float64Array(rows * columns);
  const [x, y] = [new Float64Array(columns), new Float64Array(columns)];
  for (let row = 0; row < rows; row += 2) {
    const second = Math.min(row + 1, rows - 1);
    unfold(spectrum, spectrum, row, second, x, y);
    transform.run(x, y);
    field.set(x, row * columns);
    if (second > row) field.set(y, second * columns);
  }
  return field;
}

/** The real fields of two spectra of one size, which are used up: little more work than one. */
export function realFields(one: Spectrum, other: Spectrum): [Float64Array, Float64Array] {
  transformColumns(one);
  transformColumns(other);
  const { rows, columns } = one;
  const transform = transformOf(columns);
  const fields: [Float64Array, Float64Array] = [
    new Float64Array(rows * columns),
    new Float64Array(rows * columns),
  ];
  for (let row = 0; row < rows; row++) {
    const [x, y] = fields.map((field) => field.subarray(row * columns, (row + 1) * columns)) as [
      Float64Array,
      Float64Array,
    ];
    unfold(one, other, row, row, x, y);
    transform.run(x, y);
  }
  return fields;
}
