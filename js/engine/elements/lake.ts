// A lake that doubles what stands above it, in ripples, with a breath of mist at the shore.
import { type Canvas, type Cropped, crop } from "../draw/canvas";
import type { Colour } from "../draw/colour";
import { makeField } from "../draw/field";
import type { Look } from "../draw/look";
import { sheet, Tile } from "../draw/noise";
import { clamp, fading } from "../draw/numbers";
import type { Dice } from "../draw/random";
import type { Stage } from "../draw/stage";

const RIPPLES = { falloff: 2.2, coarse: 4, fine: 60, stretch: [2.6, 0.7] } as const;
/** Rows above the shore per row of lake. */
const SQUASH = 2.3;

/** Everything below the row `shore`. */
export class Lake {
  private readonly rows: number;
  private readonly ripples: Tile;
  private readonly deep: Colour;
  private readonly pale: Colour;
  private readonly mist: Cropped;

  constructor(
    private readonly stage: Stage,
    look: Look,
    dice: Dice,
    private readonly shore: number,
  ) {
    this.rows = stage.height - shore;
    this.ripples = new Tile(sheet(dice.stream("ripples"), 512, 512, RIPPLES), this.rows, stage.width >> 1);
    this.deep = look.colour("near");
    this.pale = look.colour("snow");
    const edge = (row: number) => fading(Math.abs(row - shore) / (0.008 * stage.height));
    this.mist = crop(makeField(stage.height, stage.width, edge), 0.01);
  }

  /** Mirrors what has been drawn. */
  draw(canvas: Canvas, seconds: number): void {
    const { values } = this.ripples.drift(this.stage.phase(0.25, seconds), 14, 40);
    for (let row = 0; row < this.rows; row++) this.mirror(canvas, row, values);
    canvas.over(this.mist.mask, this.pale, 0.16, this.mist.top);
  }

  /** Colour and light at half width and widened: ripples are wide. */
  private mirror({ width, luma, blue, red }: Canvas, row: number, ripples: Float32Array): void {
    const { shore, deep, stage } = this;
    const half = width >> 1;
    const near = (row + 0.5) / this.rows;
    const [share, strong] = [0.88 - 0.36 * near, (0.6 + 10 * near) * stage.unit];
    const start = (shore + row) * width;
    for (let column = 0; column < half; column++) {
      const bend = ripples[row * half + column] * strong;
      const down = clamp(shore - 1 - row * SQUASH - Math.abs(bend) * 1.6, 0, shore - 1) | 0;
      const across = clamp(2 * column + bend * 0.45, 0, width - 1) | 0;
      const beside = Math.min(across + 1, width - 1);
      luma[start + 2 * column] = deep[0] + (luma[down * width + across] - deep[0]) * share;
      luma[start + 2 * column + 1] = deep[0] + (luma[down * width + beside] - deep[0]) * share;
      if (row & 1) continue;
      const from = (down >> 1) * half + (across >> 1);
      blue[(start >> 2) + column] = deep[1] + (blue[from] - deep[1]) * share;
      red[(start >> 2) + column] = deep[2] + (red[from] - deep[2]) * share;
    }
  }
}
