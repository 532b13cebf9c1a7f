// Mist: soft flat bands that drift, thick in the lower half of the frame.
import type { Canvas } from "../draw/canvas";
import type { Colour } from "../draw/colour";
import { Stretch } from "../draw/field";
import { sheet, Tile } from "../draw/noise";
import { fading, smoothstep } from "../draw/numbers";
import type { Dice } from "../draw/random";
import type { Stage } from "../draw/stage";

const FLAT = { falloff: 2.8, coarse: 1.5, fine: 24, stretch: [1.2, 0.32] } as const;

/** Where mist lies: the height of its middle and its thickness (shares of the frame), how dense, how far it drifts. */
export interface Bank {
  readonly height: number;
  readonly thick: number;
  readonly amount: number;
  readonly far: number;
}

export class Mist {
  private readonly tile: Tile;
  private readonly bank: Float32Array;
  private readonly stretch: Stretch;
  private readonly far: number;

  constructor(
    private readonly stage: Stage,
    dice: Dice,
    private readonly colour: Colour,
    { height, thick, amount, far }: Bank,
  ) {
    const [rows, columns] = stage.grid(stage.height);
    this.far = far;
    this.tile = new Tile(sheet(dice.stream(`mist ${height}`), 256, 512, FLAT), rows, columns);
    this.bank = Float32Array.from({ length: rows }, (_, row) => {
      const away = ((row + 0.5) / rows - height) / thick;
      return amount * fading(away * away);
    });
    this.stretch = new Stretch(rows, columns, stage.height, stage.width);
  }

  draw(canvas: Canvas, seconds: number): void {
    const seen = this.tile.drift(this.stage.phase(0.1, seconds), this.far, 3);
    for (let row = 0, at = 0; row < seen.rows; row++)
      for (let column = 0; column < seen.columns; column++, at++)
        seen.values[at] = smoothstep(-1.2, 1.6, seen.values[at]) * this.bank[row];
    canvas.over(this.stretch.run(seen.values), this.colour);
  }
}
