// Silk: folds of cloth in slow light, for everything that no other scene can say.
import type { Canvas } from "../draw/canvas";
import type { Ramp } from "../draw/colour";
import { type Field, makeField, Stretch } from "../draw/field";
import type { Look } from "../draw/look";
import { sheet, Tile } from "../draw/noise";
import { clamp, roundEven, TAU } from "../draw/numbers";
import type { Dice } from "../draw/random";
import type { Stage } from "../draw/stage";
import type { Scene } from "./scene";

/** No finer than seven waves per tile: more turns cloth into lava. */
const FOLDS = { falloff: 3.4, coarse: 1.2, fine: 7 };
/** Turns per second of the noise under the cloth, and how wide they are, in cells per second of a turn. */
const [RATE, SPEED] = [0.16, 4.5];

/** sin(x) by a table: cloth asks for millions. */
const STEPS = 4096;
const SINES = Float32Array.from({ length: STEPS + 1 }, (_, at) => Math.sin((at * TAU) / STEPS));
function sine(angle: number): number {
  const turn = angle * (STEPS / TAU);
  const place = turn - Math.floor(turn / STEPS) * STEPS;
  const left = place | 0;
  return SINES[left] + (SINES[left + 1] - SINES[left]) * (place - left);
}

/** Waves over waves, bent by noise and lit from above; computed at half size, since cloth is soft. */
export class Silk implements Scene {
  private readonly colours: Ramp;
  private readonly rows: number;
  private readonly columns: number;
  private readonly tiles: readonly [Tile, Tile];
  private readonly wide: readonly [Stretch, Stretch];
  private readonly margin: readonly [number, number];
  private readonly span: number;
  private readonly angle: number;
  private readonly turns: readonly number[];
  private readonly reach: number;
  private readonly height: Field;
  private readonly slow: Field;
  private readonly shade: Field;
  private readonly whole: Stretch;

  constructor(
    private readonly stage: Stage,
    look: Look,
    dice: Dice,
  ) {
    this.colours = look.ramp("silk");
    const [rows, columns] = stage.grid(stage.height);
    [this.rows, this.columns] = [stage.height >> 1, stage.width >> 1];
    // One cell more on every side: at its own edges a stretched field is flat, and cloth shows it.
    const [down, across] = [Math.ceil(this.rows / rows), Math.ceil(this.columns / columns)];
    this.margin = [down, across];
    this.span = Math.max(2, roundEven(this.columns / columns));
    const tile = (name: string) => new Tile(sheet(dice.stream(name), 512, 512, FOLDS), rows + 2, columns + 2);
    this.tiles = [tile("warp"), tile("weft")];
    const stretch = () => new Stretch(rows + 2, columns + 2, this.rows + 2 * down, this.columns + 2 * across);
    this.wide = [stretch(), stretch()];
    const chance = dice.stream("silk");
    this.angle = chance.number(-0.55, 0.55);
    this.turns = [0, 1, 2].map(() => chance.number(0, TAU));
    this.reach = Math.min(55, (SPEED * stage.seconds) / stage.turns(RATE));
    const field = () => makeField(this.rows, this.columns);
    [this.height, this.slow, this.shade] = [field(), field(), field()];
    this.whole = new Stretch(this.rows, this.columns, stage.height, stage.width);
  }

  draw(canvas: Canvas, seconds: number): void {
    this.fold(this.stage.angle(RATE, seconds));
    this.light();
    canvas.paint(this.colours, this.whole.run(this.shade.values));
  }

  /** How high the cloth is, and the slow noise under it. */
  private fold(turn: number): void {
    const far = this.reach;
    const [c, s] = [far * Math.cos(turn), far * Math.sin(turn)];
    const one = this.wide[0].run(this.tiles[0].view(s, c).values);
    const two = this.wide[1].run(this.tiles[1].view(200 - c, s).values);
    for (let row = 0; row < this.rows; row++) this.foldRow(row, turn, one, two);
  }

  private foldRow(row: number, turn: number, one: Field, two: Field): void {
    const [first, second, third] = this.turns as [number, number, number];
    const [c, s] = [Math.cos(this.angle), Math.sin(this.angle)];
    const size = 360 * this.stage.unit;
    const y = (row + 0.5) / size;
    let from = (row + this.margin[0]) * one.columns + this.margin[1];
    for (let column = 0, at = row * this.columns; column < this.columns; column++, at++, from++) {
      const x = (column + 0.5) / size;
      const along = x * c + y * s;
      const over = y * c - x * s;
      const slow = one.values[from];
      const other = two.values[from];
      // Two waves that run against each other: one alone would hurry and rest in turns.
      const phase =
        slow +
        over * 6.4 +
        0.75 * sine(along * 3.1 + other * 0.5 + turn + first) +
        0.4 * sine(along * 4.7 - other * 0.6 - turn - third);
      const small = sine(phase * 2.7 + other * 0.9 + along * 1.2 - turn - second);
      this.height.values[at] = sine(phase) * 0.72 + small * 0.28;
      this.slow.values[at] = slow;
    }
  }

  /** Light from above: soft on slopes, sharp on crests; 0 is the darkest colour of the ramp, 1 the brightest. */
  private light(): void {
    const { rows, columns, span, height, slow, shade } = this;
    const steep = (80 * this.stage.unit) / span;
    const before = span >> 1;
    for (let row = 0, at = 0; row < rows; row++) {
      const top = clamp(row - before, 0, rows - 1 - span) * columns;
      for (let column = 0; column < columns; column++, at++) {
        const left = clamp(column - before, 0, columns - 1 - span);
        const start = row * columns + left;
        const across = (height.values[start + span] - height.values[start]) * steep;
        const down = (height.values[top + span * columns + column] - height.values[top + column]) * steep;
        const facing = (0.75 + 0.35 * across - 0.55 * down) / Math.sqrt(1 + across * across + down * down);
        let glint = facing > 0.1 ? facing : 0.1;
        for (let power = 0; power < 5; power++) glint *= glint;
        const bright = 0.1 + 0.18 * height.values[at] + 0.48 * facing + 0.33 * glint + 0.06 * slow.values[at];
        shade.values[at] = bright < 0 ? 0 : bright > 1 ? 1 : bright;
      }
    }
  }
}
