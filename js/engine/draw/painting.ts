// A painting in the making: rectangles of colour, the light they give off, and the haze between them and us.
import type { Colour } from "./colour";
import { blur, type Field, halve, makeField, stretch } from "./field";
import { Layer } from "./layer";
import { clamp, smoothstep } from "./numbers";

/** The outline of a rectangle in pixels; `foot` is the row below it. */
export interface Block {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly foot: number;
}

type Planes = readonly [Field, Field, Field];

/** The picture, what it covers and the light it gives off, all at full size in Y'CbCr. */
export class Painting {
  private readonly picture: Planes;
  private readonly glow: Planes;
  private readonly cover: Field;

  constructor(
    readonly rows: number,
    readonly columns: number,
  ) {
    const planes = (): Planes => [
      makeField(rows, columns),
      makeField(rows, columns),
      makeField(rows, columns),
    ];
    this.picture = planes();
    this.glow = planes();
    this.cover = makeField(rows, columns);
  }

  private each(
    { left, top, right, foot }: Block,
    change: (at: number, row: number, column: number) => void,
  ): void {
    const [end, bottom] = [Math.min(right, this.columns), Math.min(foot, this.rows)];
    for (let row = Math.max(top, 0); row < bottom; row++)
      for (let column = Math.max(left, 0); column < end; column++)
        change(row * this.columns + column, row - top, column - left);
  }

  /** Paints a rectangle, which shines when `glow` is above 0. */
  fill(block: Block, colour: Colour, glow = 0): void {
    this.each(block, (at) => {
      this.cover.values[at] = 1;
      for (let part = 0; part < 3; part++) {
        this.picture[part].values[at] = colour[part];
        this.glow[part].values[at] = colour[part] * glow;
      }
    });
  }

  /** Paints lights onto a rectangle: how bright each pixel is, 0 where the wall stays. */
  shine(block: Block, lit: (row: number, column: number) => number, colour: Colour): void {
    this.each(block, (at, row, column) => {
      const bright = lit(row, column);
      if (!bright) return;
      for (let part = 0; part < 3; part++) {
        this.picture[part].values[at] = colour[part] * bright;
        this.glow[part].values[at] += colour[part] * bright;
      }
    });
  }

  /** Adds the bloom around lights and the haze near the ground, and makes it a layer. */
  layer(haze: Colour, thickness: number, unit: number): Layer {
    const blooms = this.glow.map((plane) => this.bloom(halve(plane), unit));
    const { cover, rows, columns } = this;
    for (let at = 0; at < cover.values.length; at++) {
      const fog = smoothstep(0.3, 1, Math.trunc(at / columns) / rows) * thickness;
      const shown = Math.max(cover.values[at], clamp(blooms[0].values[at] * 0.5, 0, 0.45));
      cover.values[at] = shown;
      this.picture.forEach(({ values }, part) => {
        const bright = values[at] + blooms[part].values[at] * 0.8;
        values[at] = bright + (haze[part] * shown - bright) * fog;
      });
    }
    return new Layer(this.picture, cover);
  }

  private bloom(small: Field, unit: number): Field {
    const [sharp, soft, wide] = [2.2, 7, 22].map((radius) => blur(small, radius * unit).values) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const values = sharp.map((value, at) => value * 0.5 + soft[at] * 0.7 + wide[at] * 0.6);
    return stretch({ ...small, values }, this.rows, this.columns);
  }
}
