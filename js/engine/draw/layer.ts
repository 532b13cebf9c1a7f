// Layers: pictures baked wider than the frame that slide past each other, as in a paper theatre.
import type { Canvas } from "./canvas";
import { type Field, halve, makeField } from "./field";
import { clamp } from "./numbers";

/** Blurs by one pixel sideways: what is sharper than that would shimmer while it slides between columns. */
function soften({ rows, columns, values }: Field): Field {
  return makeField(rows, columns, (row, column) => {
    const at = row * columns + column;
    const before = column > 0 ? values[at - 1] : values[at];
    const after = column < columns - 1 ? values[at + 1] : values[at];
    return before * 0.25 + values[at] * 0.5 + after * 0.25;
  });
}

function map({ rows, columns, values }: Field, change: (value: number) => number): Field {
  return { rows, columns, values: values.map(change) };
}

function below({ rows, columns, values }: Field, top: number): Field {
  return { rows: rows - top, columns, values: values.subarray(top * columns) };
}

function firstShown({ rows, columns, values }: Field): number {
  const first = values.findIndex((value) => value > 0.004);
  return first < 0 ? rows & ~1 : Math.trunc(first / columns) & ~1;
}

/** A picture in Y'CbCr, already multiplied by how much of it covers. */
export class Layer {
  private readonly top: number;
  private readonly planes: readonly Field[];
  private readonly clear: Field;
  private readonly clearHalf: Field;

  constructor(picture: readonly [Field, Field, Field], cover: Field) {
    this.top = firstShown(cover);
    const [luma, blue, red] = picture.map((part) => below(part, this.top)) as [Field, Field, Field];
    const shown = map(below(cover, this.top), (value) => clamp(value, 0, 1));
    this.planes = [soften(luma), soften(halve(blue)), soften(halve(red))];
    this.clear = map(soften(shown), (value) => 1 - value);
    this.clearHalf = map(soften(halve(shown)), (value) => 1 - value);
  }

  /** Puts the layer on the canvas, `offset` columns of it being hidden on the left. */
  draw(canvas: Canvas, offset: number): void {
    const [luma, blue, red] = this.planes as [Field, Field, Field];
    const half = canvas.width >> 1;
    put(canvas.luma, canvas.width, this.top, luma, this.clear, offset);
    put(canvas.blue, half, this.top >> 1, blue, this.clearHalf, offset / 2);
    put(canvas.red, half, this.top >> 1, red, this.clearHalf, offset / 2);
  }
}

/** Lets a plane shine through where the layer is clear, then adds the layer. */
function put(
  plane: Float32Array,
  width: number,
  top: number,
  picture: Field,
  clear: Field,
  offset: number,
): void {
  const left = Math.trunc(offset);
  const share = offset - left;
  const { columns } = picture;
  const [light, through] = [picture.values, clear.values];
  for (let row = 0; row < picture.rows; row++) {
    let at = row * columns + left;
    const end = (top + row + 1) * width;
    for (let to = (top + row) * width; to < end; to++, at++)
      plane[to] =
        plane[to] * (through[at] * (1 - share) + through[at + 1] * share) +
        light[at] * (1 - share) +
        light[at + 1] * share;
  }
}
