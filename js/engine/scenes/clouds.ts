// Above the clouds: a sky, and a deck of clouds in perspective that rolls toward us.
import type { Canvas } from "../draw/canvas";
import type { Ramp } from "../draw/colour";
import { type Field, makeField, Stretch } from "../draw/field";
import type { Look } from "../draw/look";
import { gather, sheet, takeTurns } from "../draw/noise";
import { clamp, fading, floorToEven, modulo, smoothstep } from "../draw/numbers";
import type { Dice } from "../draw/random";
import type { Stage } from "../draw/stage";
import { Sky } from "../elements/sky";
import type { Scene } from "./scene";

const HORIZON = 0.4;
const BILLOW = { falloff: 3.1, coarse: 4, fine: 34 };
const PUFF = { falloff: 2.7, coarse: 14, fine: 90 };

export class Clouds implements Scene {
  private readonly horizon: number;
  private readonly sky: Sky;
  private readonly deck: Ramp;
  private readonly billow: Field;
  private readonly puff: Field;
  private readonly right: Field;
  private readonly away: Float32Array;
  /** The light that lies on the deck below the sun. */
  private readonly road: Field;
  private readonly height: Field;
  private readonly shade: Field;
  private readonly wide: Stretch;

  constructor(
    private readonly stage: Stage,
    look: Look,
    dice: Dice,
  ) {
    this.horizon = floorToEven(stage.height * HORIZON);
    this.sky = new Sky(stage, look, dice, this.horizon);
    this.deck = look.ramp("deck");
    this.billow = sheet(dice.stream("billow"), 512, 512, BILLOW);
    this.puff = sheet(dice.stream("puff"), 512, 512, PUFF);
    const below = stage.height - this.horizon;
    const [rows, columns] = stage.grid(below, 2);
    const near = (row: number) => (row + 0.5) / rows;
    const depth = (row: number) => 1 / (near(row) + 0.07);
    const aside = (column: number) => (((column + 0.5) / columns - 0.5) * stage.width) / stage.height;
    this.right = makeField(rows, columns, (row, column) => aside(column) * depth(row) * 120 + 2048);
    this.away = Float32Array.from({ length: rows }, (_, row) => depth(row) * 78);
    const light = ((this.sky.light.across / stage.width - 0.5) * stage.width) / stage.height;
    this.road = makeField(rows, columns, (row, column) => {
      const beside = (aside(column) - light) / (0.16 + 0.5 * near(row));
      return fading(beside * beside) * fading(near(row) * 1.2);
    });
    [this.height, this.shade] = [makeField(rows, columns), makeField(rows, columns)];
    this.wide = new Stretch(rows, columns, below, stage.width);
  }

  draw(canvas: Canvas, seconds: number): void {
    this.sky.draw(canvas, seconds);
    this.heap(seconds);
    this.light();
    canvas.paint(this.deck, this.wide.run(this.shade.values), this.horizon);
  }

  /** How high the clouds stand at each place: two takes that roll toward us take turns. */
  private heap(seconds: number): void {
    const phase = this.stage.phase(0.11, seconds);
    const [one, two] = takeTurns(phase);
    const far = 90 * this.stage.pace;
    const here = (modulo(phase, 1) - 0.5) * far;
    const there = (modulo(phase + 0.5, 1) - 0.5) * far;
    const { rows, columns, values } = this.height;
    for (let row = 0, at = 0; row < rows; row++)
      for (let column = 0; column < columns; column++, at++) {
        const x = this.right.values[at];
        const y = this.away[row] + 4096;
        values[at] = this.rise(x, y + here) * one + this.rise(x + 115, y + there) * two;
      }
  }

  /** Round heaps, from absolute values. */
  private rise(x: number, y: number): number {
    const heap = gather(this.billow, x, y);
    const puff = 0.8 - Math.abs(gather(this.puff, x, y));
    return 0.95 * heap + 0.3 * puff * (1 + 0.6 * clamp(heap, -1, 1));
  }

  /** Tops are bright, and the sides that see the sun; there is haze at the horizon. */
  private light(): void {
    const { rows, columns, values } = this.height;
    for (let row = 0, at = 0; row < rows; row++) {
      const near = (row + 0.5) / rows;
      const detail = clamp(0.3 + 1.2 * near, 0, 1);
      const haze = smoothstep(0.16, 0, near);
      const inside = row > 0 && row < rows - 1;
      for (let column = 0; column < columns; column++, at++) {
        const slope = inside ? clamp(values[at + columns] - values[at - columns], -0.8, 0.8) : 0;
        const road = this.road.values[at];
        const lit = 0.33 + 0.24 * Math.tanh(0.8 * values[at]) - 0.42 * slope * detail + 0.26 * road;
        this.shade.values[at] = lit * (1 - haze) + haze * (0.74 + 0.2 * road);
      }
    }
  }
}
