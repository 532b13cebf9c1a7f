// Snow, rain and fireflies, laid over any scene whose sentence names them.
import type { Canvas } from "../draw/canvas";
import { swatch } from "../draw/colour";
import type { Look } from "../draw/look";
import { clamp, modulo, TAU } from "../draw/numbers";
import { splat, streak } from "../draw/particles";
import type { Dice } from "../draw/random";
import type { Stage } from "../draw/stage";

const WARM = swatch("#ffe07a");

/** Places that fall for ever: each passes the frame whole times in a clip. */
class Fall {
  private readonly across: Float64Array;
  private readonly down: Float64Array;
  private readonly turn: Float64Array;
  private readonly amount: Float64Array;
  private readonly speed: number;

  constructor(
    private readonly stage: Stage,
    dice: Dice,
    name: string,
    count: number,
    speed: number,
  ) {
    const [chance, number] = [dice.stream(name), Math.max(8, Math.trunc(count * stage.crowd))];
    this.speed = stage.turns(speed) / stage.seconds;
    this.across = chance.uniform(number);
    this.down = chance.uniform(number);
    this.turn = chance.uniform(number);
    this.amount = chance.uniform(number, 0.5, 1);
  }

  /** Gives each place in pixels and its amount; `sway` and `slant` are shares of the width. */
  each(
    seconds: number,
    sway: number,
    slant: number,
    draw: (across: number, down: number, amount: number) => void,
  ): void {
    const { width, height } = this.stage;
    const angle = this.stage.angle(0.25, seconds);
    for (let at = 0; at < this.across.length; at++) {
      const down = modulo(this.down[at] + this.speed * seconds, 1);
      const swing = sway * Math.sin(angle + this.turn[at] * TAU);
      const across = modulo(this.across[at] + swing + slant * down, 1);
      draw((across * 1.1 - 0.05) * width, (down * 1.16 - 0.08) * height, this.amount[at]);
    }
  }
}

const FLAKES = [
  ["1.0", 520, 0.1, 1, 0.34],
  ["1.7", 240, 0.18, 1.7, 0.44],
  ["3.4", 60, 0.32, 3.4, 0.36],
] as const;

/** Flakes in three sizes. */
export class Snowfall {
  private readonly falls: readonly (readonly [Fall, number, number])[];

  constructor(
    private readonly stage: Stage,
    _: Look,
    dice: Dice,
  ) {
    this.falls = FLAKES.map(([name, count, speed, radius, light]) => [
      new Fall(stage, dice, `flakes ${name}`, count, speed),
      radius,
      light,
    ]);
  }

  draw(canvas: Canvas, seconds: number): void {
    for (const [fall, radius, light] of this.falls)
      fall.each(seconds, 0.012 * radius, 0.04, (across, down, amount) => {
        splat(canvas, across, down, amount * light, radius * this.stage.unit);
      });
  }
}

const STREAKS = [
  ["0.03", 420, 1.1, 0.03, 0.14],
  ["0.06", 260, 1.6, 0.06, 0.17],
  ["0.11", 90, 2.2, 0.11, 0.18],
] as const;

/** Thin streaks in three depths. */
export class Rainfall {
  private readonly falls: readonly (readonly [Fall, number, number])[];

  constructor(
    private readonly stage: Stage,
    _: Look,
    dice: Dice,
  ) {
    this.falls = STREAKS.map(([name, count, speed, length, light]) => [
      new Fall(stage, dice, `rain ${name}`, count, speed),
      length,
      light,
    ]);
  }

  draw(canvas: Canvas, seconds: number): void {
    for (const [fall, length, light] of this.falls) {
      const under = length * this.stage.height;
      fall.each(seconds, 0, -0.06, (across, down, amount) => {
        streak(canvas, across, down, -0.1 * under, under, amount * light);
      });
    }
  }
}

/** Warm lights that wander on closed curves and breathe. */
export class Fireflies {
  private readonly count: number;
  private readonly across: Float64Array;
  private readonly down: Float64Array;
  private readonly turn: Float64Array;
  private readonly size: Float64Array;
  private readonly rate: Float64Array;

  constructor(
    private readonly stage: Stage,
    _: Look,
    dice: Dice,
  ) {
    const chance = dice.stream("fireflies");
    this.count = Math.max(12, Math.trunc(46 * stage.crowd));
    this.across = chance.uniform(this.count);
    this.down = chance.uniform(this.count);
    this.turn = chance.uniform(this.count);
    this.size = chance.uniform(this.count, 0.01, 0.05);
    this.rate = stage.rates(chance.uniform(this.count, 0.2, 0.6));
  }

  draw(canvas: Canvas, seconds: number): void {
    const { width, height, unit } = this.stage;
    for (let at = 0; at < this.count; at++) {
      const turn = this.turn[at] * TAU;
      const slow = this.stage.angle(0.12, seconds) + turn;
      const across = (this.across[at] + this.size[at] * Math.sin(slow)) * width;
      const down = (0.45 + 0.5 * this.down[at] + 0.7 * this.size[at] * Math.cos(slow)) * height;
      const amount = clamp(0.55 + 0.45 * Math.sin(TAU * this.rate[at] * seconds + turn), 0, 1);
      splat(canvas, across, down, amount * 0.55, 2 * unit, WARM);
      splat(canvas, across, down, amount * 0.13, 8 * unit, WARM);
    }
  }
}
