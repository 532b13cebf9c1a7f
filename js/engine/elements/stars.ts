// Stars: few bright, many faint, a band of them across the sky, and one that falls.
import type { Canvas } from "../draw/canvas";
import type { Colour } from "../draw/colour";
import { TAU } from "../draw/numbers";
import { splat, streak } from "../draw/particles";
import type { Dice } from "../draw/random";
import type { Stage } from "../draw/stage";

const [COUNT, BAND] = [1000, 700];
/** Seconds a falling star is seen. */
const FALL = 0.3;

/** The stars of one sky, `rows` pixels high. */
export class Stars {
  private readonly across: Float64Array;
  private readonly down: Float64Array;
  private readonly shine: Float64Array;
  private readonly rates: Float64Array;
  private readonly turns: Float64Array;
  private readonly fall: { readonly across: number; readonly down: number; readonly at: number };

  constructor(
    private readonly stage: Stage,
    dice: Dice,
    rows: number,
    private readonly colour: Colour,
  ) {
    const chance = dice.stream("stars");
    const [count, band] = [Math.trunc(COUNT * stage.crowd), Math.trunc(BAND * stage.crowd)];
    const along = chance.uniform(band);
    const slope = chance.number(-0.5, 0.5);
    const scattered = chance.uniform(count);
    const bell = chance.bell(band);
    const milky = along.map((place, at) => 0.38 + slope * (place - 0.5) + 0.075 * bell[at]);
    const high = chance.uniform(count).map((value) => value ** 1.15);
    this.across = Float64Array.from([...scattered, ...along]).map((value) => value * stage.width);
    this.down = Float64Array.from([...high, ...milky]).map((value) => value * rows);
    const bright = chance.uniform(count).map((value) => 0.1 + 0.9 * value ** 6);
    this.shine = Float64Array.from([...bright, ...chance.uniform(band, 0.03, 0.17)]);
    this.rates = stage.rates(chance.uniform(count + band, 0.3, 1.4));
    this.turns = chance.uniform(count + band);
    const across = chance.number(0.15, 0.7) * stage.width;
    const down = chance.number(0.06, 0.3) * rows;
    this.fall = { across, down, at: chance.number(0.3, 0.75) * stage.seconds };
  }

  /** Adds the stars; the bright ones have a small halo. */
  draw(canvas: Canvas, seconds: number): void {
    const unit = Math.max(this.stage.unit, 0.6);
    for (let at = 0; at < this.shine.length; at++) {
      const twinkle = 0.72 + 0.28 * Math.sin(TAU * (this.rates[at] * seconds + this.turns[at]));
      const shine = this.shine[at] * twinkle;
      splat(canvas, this.across[at], this.down[at], shine, 0.72 * unit);
      if (this.shine[at] > 0.5)
        splat(canvas, this.across[at], this.down[at], shine * 0.4, 1.9 * unit, this.colour);
    }
    this.drawFall(canvas, seconds);
  }

  private drawFall(canvas: Canvas, seconds: number): void {
    const age = (seconds - this.fall.at) / FALL;
    if (age <= 0 || age >= 1) return;
    const size = 150 * this.stage.unit;
    const [across, down] = [this.fall.across + size * 2 * age, this.fall.down + size * 0.7 * age];
    streak(canvas, across, down, size, size * 0.35, 0.85 * Math.sin(age * Math.PI));
  }
}
