// The canvas: one plane of light and two of colour at half size, as video stores them.
import { type Colour, LEVELS, type Ramp } from "./colour";
import type { Field } from "./field";
import { clamp } from "./numbers";

/** What a scene draws on; every scene covers it completely, so it is never cleared. */
export class Canvas {
  readonly luma: Float32Array;
  readonly blue: Float32Array;
  readonly red: Float32Array;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.luma = new Float32Array(width * height);
    this.blue = new Float32Array((width * height) >> 2);
    this.red = new Float32Array((width * height) >> 2);
  }

  /** Fills `rows` rows from the top, each with one colour of a ramp; places outside 0..1 have the ramp's ends. */
  gradient(ramp: Ramp, rows: number, placeOf: (row: number) => number): void {
    const { width, luma, blue, red } = this;
    for (let row = 0; row < rows; row++) {
      const index = clamp(placeOf(row), 0, 1) * (LEVELS - 1);
      luma.fill(between(ramp.luma, index), row * width, (row + 1) * width);
      if (row & 1) continue;
      const start = (row >> 1) * (width >> 1);
      blue.fill(between(ramp.blue, index), start, start + (width >> 1));
      red.fill(between(ramp.red, index), start, start + (width >> 1));
    }
  }

  /** Fills from row `top` on by looking up a ramp at places 0..1. */
  paint(ramp: Ramp, { rows, columns, values }: Field, top = 0): void {
    const { width, luma, blue, red } = this;
    for (let at = 0, to = top * width; at < rows * columns; at++, to++)
      luma[to] = ramp.luma[clamp(values[at] * (LEVELS - 1), 0, LEVELS - 1) | 0];
    for (let row = 0; row < rows; row += 2)
      for (let column = 0, to = ((top + row) >> 1) * (width >> 1); column < columns; column += 2, to++) {
        const level = clamp(values[row * columns + column] * (LEVELS - 1), 0, LEVELS - 1) | 0;
        blue[to] = ramp.blue[level];
        red[to] = ramp.red[level];
      }
  }

  /** Covers with a colour as much as a mask of the full width says, from the even row `top` on. */
  over(mask: Field, [light, b, r]: Colour, strength = 1, top = 0): void {
    const { width, luma, blue, red } = this;
    const { rows, values } = mask;
    for (let at = 0, to = top * width; at < rows * width; at++, to++)
      luma[to] += (light - luma[to]) * values[at] * strength;
    for (let row = 0; row < rows; row += 2)
      for (let column = 0, to = ((top + row) >> 1) * (width >> 1); column < width; column += 2, to++) {
        const amount = values[row * width + column] * strength;
        blue[to] += (b - blue[to]) * amount;
        red[to] += (r - red[to]) * amount;
      }
  }

  /** Adds light of a colour, as lamps do. */
  light(mask: Field, [light, b, r]: Colour, strength = 1, top = 0): void {
    const { width, luma, blue, red } = this;
    const { rows, values } = mask;
    for (let at = 0, to = top * width; at < rows * width; at++, to++)
      luma[to] += light * values[at] * strength;
    for (let row = 0; row < rows; row += 2)
      for (let column = 0, to = ((top + row) >> 1) * (width >> 1); column < width; column += 2, to++) {
        const amount = values[row * width + column] * strength;
        blue[to] += b * amount;
        red[to] += r * amount;
      }
  }

  /** Copies the upper rows of another canvas of the same width. */
  copy(other: Canvas): void {
    this.luma.set(other.luma);
    this.blue.set(other.blue);
    this.red.set(other.red);
  }

  /** Makes everything below an even row black. */
  blacken(row: number): void {
    this.luma.fill(0, row * this.width);
    this.blue.fill(0, (row * this.width) >> 2);
    this.red.fill(0, (row * this.width) >> 2);
  }
}

function between(row: Float32Array, index: number): number {
  const left = Math.floor(index);
  const share = index - left;
  return row[left] * (1 - share) + row[Math.min(left + 1, LEVELS - 1)] * share;
}

/** Where a mask shows anything: only these rows are kept, and the even row they start at. */
export interface Cropped {
  readonly mask: Field;
  readonly top: number;
}

export function crop({ rows, columns, values }: Field, threshold = 0.002): Cropped {
  const shows = (row: number) =>
    values.subarray(row * columns, (row + 1) * columns).some((value) => value > threshold);
  let [first, last] = [0, rows];
  while (first < rows && !shows(first)) first++;
  while (last > first && !shows(last - 1)) last--;
  first &= ~1;
  if (first >= last) return { mask: { rows: 0, columns, values: new Float32Array(0) }, top: 0 };
  last = Math.min(rows, last + ((last - first) & 1));
  return {
    mask: { rows: last - first, columns, values: values.slice(first * columns, last * columns) },
    top: first,
  };
}
