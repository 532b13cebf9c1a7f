// A wet street: it mirrors what stands above it, sharply in puddles and smeared elsewhere.
import type { Canvas } from "../draw/canvas";
import type { Colour } from "../draw/colour";
import { type Field, makeField } from "../draw/field";
import type { Look } from "../draw/look";
import { sheet, Tile } from "../draw/noise";
import { clamp, modulo, smoothstep, TAU } from "../draw/numbers";
import { splat } from "../draw/particles";
import type { Dice } from "../draw/random";
import type { Stage } from "../draw/stage";

/** Rows above the kerb per row of street. */
const SQUASH = 1.3;
/** A rough wet place mirrors everything between these shares of its distance from the kerb: lights become streaks. */
const SMEAR = [0.22, 1.55] as const;
/** How much more bright things count in a smear: a lamp makes a long streak, a wall makes none. */
const LAMPS = 0.5;
const PUDDLES = { falloff: 3, coarse: 3, fine: 14 };
/** Smooth from top to bottom: fine ripples look like lightning and cost half as many bytes again. */
const RIPPLES = { falloff: 2.4, coarse: 4, fine: 34, stretch: [0.7, 2] } as const;
/** Points of a drop's ring. */
const POINTS = 22;

/** Everything below the kerb, which is an even row of the canvas. */
export class Street {
  private readonly rows: number;
  private readonly asphalt: Colour;
  private readonly ripples: Tile;
  /** Where water stands, 0 to 1. */
  private readonly wet: Field;
  private readonly drops: readonly { readonly across: number; readonly deep: number }[];
  private readonly beats: Float64Array;
  private readonly starts: Float64Array;
  /** Sums of the rows above the kerb, from the top. */
  private readonly sums: Float32Array;

  constructor(
    private readonly stage: Stage,
    look: Look,
    dice: Dice,
    private readonly kerb: number,
  ) {
    this.rows = stage.height - kerb;
    this.asphalt = look.colour("asphalt");
    this.ripples = new Tile(sheet(dice.stream("ripples"), 512, 512, RIPPLES), this.rows, stage.width >> 1);
    this.wet = this.bakePuddles(dice);
    const chance = dice.stream("drops");
    const count = Math.trunc(100 * stage.crowd);
    const deep = chance.uniform(count);
    const across = chance.uniform(count);
    this.drops = [...deep].map((value, at) => ({
      across: across[at] * stage.width,
      deep: 0.06 + 0.94 * value ** 0.8,
    }));
    this.beats = stage.rates(chance.uniform(count, 1.1, 2.1));
    this.starts = chance.uniform(count);
    this.sums = new Float32Array(stage.width * kerb);
  }

  private near(row: number): number {
    return (row + 0.5) / this.rows;
  }

  private bakePuddles(dice: Dice): Field {
    const { stage } = this;
    const noise = sheet(dice.stream("puddles"), 512, 512, PUDDLES).values;
    return makeField(this.rows, stage.width, (row, column) => {
      const depth = 1 / (this.near(row) + 0.16);
      const right = Math.trunc(((column - stage.width / 2) / stage.size) * depth * 64) & 511;
      const down = Math.trunc(depth * 105) & 511;
      return smoothstep(-0.25, 0.35, noise[down * 512 + right]);
    });
  }

  /** Mirrors the canvas above the kerb into the street, then lets the rain fall on it. */
  draw(canvas: Canvas, seconds: number): void {
    const ripples = this.ripples.drift(this.stage.phase(0.3, seconds), 26, 36).values;
    this.mirror(canvas.luma, 1, this.asphalt[0], ripples);
    this.mirror(canvas.blue, 2, this.asphalt[1], ripples);
    this.mirror(canvas.red, 2, this.asphalt[2], ripples);
    this.drawRings(canvas, seconds);
  }

  /** Fills the street's rows of a plane of 1/size: sharp where water stands, smeared toward you where it does not. */
  private mirror(plane: Float32Array, size: number, ground: number, ripples: Float32Array): void {
    const columns = this.stage.width / size;
    this.sumRows(plane, columns, this.kerb / size, size === 1 ? LAMPS : 0);
    const shown = new Float32Array(columns);
    for (let row = 0; row < this.rows / size; row++) {
      this.reflect(plane, shown, row, size, ground);
      this.bend(plane, shown, row, size, ripples);
    }
  }

  private sumRows(plane: Float32Array, columns: number, kerb: number, lamps: number): void {
    const { sums } = this;
    for (let at = 0; at < columns * kerb; at++)
      sums[at] = plane[at] * (1 - lamps + 2.6 * lamps * plane[at]) + (at < columns ? 0 : sums[at - columns]);
  }

  private reflect(plane: Float32Array, shown: Float32Array, row: number, size: number, ground: number): void {
    const { sums, wet, stage } = this;
    const [columns, kerb, away] = [stage.width / size, this.kerb / size, row * SQUASH];
    const rowAt = (share: number) => Math.trunc(clamp(kerb - 1 - away * share, 0, kerb - 1));
    const first = Math.min(rowAt(SMEAR[1]), kerb - 2);
    const last = Math.max(rowAt(SMEAR[0]), first + 1);
    const near = this.near(row * size);
    const soft = (0.98 - 0.28 * near) / (last - first);
    const sharp = 1 - 0.3 * near;
    const [from, to, middle] = [first * columns, last * columns, rowAt(1) * columns];
    for (let column = 0; column < columns; column++) {
      const smeared = (sums[to + column] - sums[from + column]) * soft + ground;
      const clear = plane[middle + column] * sharp;
      shown[column] = smeared + (clear - smeared) * wet.values[row * size * stage.width + column * size];
    }
  }

  /** Standing water bends what it mirrors; a film of water hardly does. */
  private bend(
    plane: Float32Array,
    shown: Float32Array,
    row: number,
    size: number,
    ripples: Float32Array,
  ): void {
    const { width, unit } = this.stage;
    const [columns, line] = [width / size, row * size];
    const strong = (this.near(line) * 7 + 1.2) * unit;
    const start = (this.kerb / size + row) * columns;
    for (let column = 0; column < columns; column++) {
      const half = (column * size) >> 1;
      const water = 0.35 + 0.65 * this.wet.values[line * width + 2 * half];
      const place = column * size + ripples[line * (width >> 1) + half] * strong * water;
      plane[start + column] = shown[Math.trunc(clamp(place, 0, width - 1) / size)];
    }
  }

  /** Every drop leaves a ring that widens and fades, flat as the street is. */
  private drawRings(canvas: Canvas, seconds: number): void {
    const { unit } = this.stage;
    this.drops.forEach(({ across, deep }, drop) => {
      const age = modulo(this.beats[drop] * seconds + this.starts[drop], 1);
      const radius = (1.5 + 20 * age) * deep * unit;
      const down = this.kerb + deep * this.rows;
      const amount = (1 - age) ** 1.5 * 0.1;
      for (let point = 0; point < POINTS; point++) {
        const [x, y] = [Math.cos((point * TAU) / POINTS), Math.sin((point * TAU) / POINTS)];
        splat(canvas, across + radius * x, down + 0.3 * radius * y, amount * (1 - 0.5 * y), 0.8 * unit);
      }
    });
  }
}
