// Water to the horizon: it mirrors the sky where it is flat, shows its depth where it faces you, and glitters.
import { type Canvas, type Cropped, crop } from "../draw/canvas";
import { type Colour, LEVELS, type Ramp } from "../draw/colour";
import { makeField } from "../draw/field";
import type { Look } from "../draw/look";
import { clamp, fading, roundEven } from "../draw/numbers";
import type { Dice } from "../draw/random";
import type { Stage } from "../draw/stage";
import type { Sky } from "./sky";
import { ACROSS, ALONG, COPIES, STARTS, Waves } from "./waves";

/** exp(-x) for x from 0 to 9 in steps of 1/64: the road of light asks for it at every place. */
const FADES = Float32Array.from({ length: 9 * 64 + 1 }, (_, at) => Math.exp(-at / 64));

/** Where a place of the patch is in the flat row of its copies. */
function indexOf(across: number, along: number, level: number): number {
  const row = (Math.floor(along) >> level) & ((ALONG >> level) - 1);
  const column = (Math.floor(across) >> level) & ((ACROSS >> level) - 1);
  return STARTS[level] + row * (ACROSS >> level) + column;
}

/** Everything below the horizon, computed at full height and half width: water is wider than it is tall. */
export class Water {
  private readonly waves: Waves;
  private readonly rows: number;
  private readonly columns: number;
  private readonly one: Int32Array;
  private readonly two: Int32Array;
  private readonly colours: Ramp;
  private readonly deep: Colour;
  private readonly sun: Colour;
  private readonly lit: Colour;
  private readonly haze: Cropped;

  constructor(
    private readonly stage: Stage,
    private readonly look: Look,
    dice: Dice,
    private readonly sky: Sky,
    private readonly horizon: number,
  ) {
    this.rows = stage.height - horizon;
    this.columns = stage.width >> 1;
    this.one = new Int32Array(this.rows * this.columns);
    this.two = new Int32Array(this.rows * this.columns);
    let finest = COPIES - 1;
    for (let row = 0; row < this.rows; row++) finest = Math.min(finest, this.bakePlaces(row));
    this.waves = new Waves(stage, dice.stream("waves"), look.trait("rough"), finest);
    this.colours = sky.colours;
    this.deep = look.colour("deep");
    this.sun = look.colour("sun");
    this.lit = look.colour("lit");
    // A breath of haze where sea and sky meet; a hard line would look cut out.
    const away = (row: number) => Math.abs(row - horizon) / stage.height;
    this.haze = crop(
      makeField(stage.height, stage.width, (row) => fading(away(row) / 0.011)),
      0.01,
    );
  }

  private near(row: number): number {
    return (row + 0.5) / this.rows;
  }

  /** Where each place of a row looks at the patch, twice: the second time turned and smaller, which hides the repeats.
   * Returns the finest copy that it looks at. */
  private bakePlaces(row: number): number {
    const { stage, columns } = this;
    const depth = (at: number) => 1 / (this.near(at) + 0.035);
    const far = (at: number) => 560 * Math.sqrt(depth(clamp(at, 0, this.rows - 1)));
    const step = Math.abs(far(row + 1) - far(row - 1)) / (row > 0 && row < this.rows - 1 ? 2 : 1);
    const sideways = (depth(row) * 300 * 2) / stage.size;
    const level = clamp(roundEven(Math.log2(Math.max(Math.sqrt(step * sideways), 1))), 0, COPIES - 1);
    const along = far(row);
    for (let column = 0; column < columns; column++) {
      const aside = (((column - columns / 2) / columns) * stage.width) / stage.size;
      const across = aside * depth(row) * 300;
      this.one[row * columns + column] = indexOf(across, along, level);
      const [x, y] = [across * 1.83 + along * 0.31 + 91, along * 1.71 - across * 0.09 + 37];
      this.two[row * columns + column] = indexOf(x, y, Math.min(level + 1, COPIES - 1));
    }
    return level;
  }

  draw(canvas: Canvas, seconds: number): void {
    const [sideways, toward] = this.waves.pyramids(seconds);
    for (let row = 0; row < this.rows; row++) this.drawRow(canvas, row, sideways, toward);
    const { luma, blue, red } = this.colours;
    const colour: Colour = [luma[LEVELS - 1], blue[LEVELS - 1], red[LEVELS - 1]];
    canvas.over(this.haze.mask, colour, 0.6, this.haze.top);
  }

  private drawRow(canvas: Canvas, row: number, sideways: Float32Array, toward: Float32Array): void {
    const { stage, look, columns, one, two, colours, deep, sun, lit } = this;
    const near = this.near(row);
    const height = look.trait("chop") * (0.03 + 0.34 * near ** 0.75);
    const flat = 1 - near * 0.88;
    const mirror = 0.78 * (1 - near) ** 1.5 + 0.2;
    const road = look.trait("glitter") * (0.03 + 0.17 * near ** 0.9);
    const foamy = look.trait("foam") * near;
    const start = (this.horizon + row) * stage.width;
    const half = start >> 2;
    for (let column = 0, at = row * columns; column < columns; column++, at++) {
      const slope = toward[one[at]] * 0.72 + toward[two[at]] * 0.5;
      const tilt = sideways[one[at]];
      // Tilted water looks higher up into the sky, steep near water into the depth.
      const level = (clamp(flat - Math.abs(slope + 0.35) * height, 0, 1) * (LEVELS - 1)) | 0;
      const share = mirror * clamp(1 - slope * 0.24, 0.25, 1.5);
      // A road of light: facets that throw the sun at you, fewer and larger toward you.
      const aside = ((2 * column - this.sky.light.across) / stage.size + tilt * road * 0.55) / road;
      const facing = clamp((slope + 0.35 * Math.abs(tilt) - 0.15) / 1.6, 0, 1);
      const rise = facing * facing * (3 - 2 * facing) * 1.05 + 0.2;
      const glitter = Math.min(FADES[Math.min(aside * aside * 64, 9 * 64) | 0] * rise, 0.92);
      let light = deep[0] + (colours.luma[level] - deep[0]) * share;
      light += glitter * (0.97 - light) * sun[0];
      // White where a crest is about to break.
      const crest = foamy && clamp((slope - 1.5) / 1.4, 0, 1);
      const foam = crest * crest * (3 - 2 * crest) * foamy;
      canvas.luma[start + 2 * column] = light + (0.86 - light) * foam;
      if (row & 1) continue;
      const dye = glitter * 0.9;
      const b = deep[1] + (colours.blue[level] - deep[1]) * share;
      const r = deep[2] + (colours.red[level] - deep[2]) * share;
      canvas.blue[half + column] = (b + (lit[1] - b) * dye) * (1 - foam);
      canvas.red[half + column] = (r + (lit[2] - r) * dye) * (1 - foam);
    }
    this.widen(canvas.luma, start);
  }

  /** Fills every other place of a row of light. */
  private widen(luma: Float32Array, start: number): void {
    const end = start + this.stage.width;
    for (let at = start + 1; at < end; at += 2)
      luma[at] = at + 1 < end ? (luma[at - 1] + luma[at + 1]) / 2 : luma[at - 1];
  }
}
