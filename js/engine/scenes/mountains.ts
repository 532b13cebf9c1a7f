// Mountains behind mountains, mist between them, spruces in front; with snow falling when it is winter.
import type { Canvas } from "../draw/canvas";
import { type Colour, mix } from "../draw/colour";
import { type Field, makeField } from "../draw/field";
import type { Layer } from "../draw/layer";
import type { Look } from "../draw/look";
import { sheet } from "../draw/noise";
import { clamp, fading, floorToEven, modulo } from "../draw/numbers";
import type { Dice } from "../draw/random";
import type { Stage } from "../draw/stage";
import { type Crest, Ground } from "../elements/land";
import { Mist } from "../elements/mist";
import { Sky } from "../elements/sky";
import { paintSpruces, plantSpruces } from "../elements/spruce";
import { Snowfall } from "../elements/weather";
import type { Scene } from "./scene";

const ROCK = { falloff: 2.3, coarse: 3, stretch: [1, 0.7] } as const;
/** The row a range stands on, its height, and how far it slides. */
const PLAN = [
  [0.6, 0.3, 0.02],
  [0.7, 0.22, 0.042],
  [0.8, 0.15, 0.075],
] as const;
const TREES_SLIDE = 0.13;

export class Mountains implements Scene {
  private readonly foot: number;
  private readonly sky: Sky;
  /** Each with how many pixels it slides. */
  private readonly ranges: readonly (readonly [Layer, number])[];
  private readonly mist: Mist;
  private readonly trees: Layer;
  private readonly snow: Snowfall | undefined;

  constructor(
    private readonly stage: Stage,
    private readonly look: Look,
    dice: Dice,
  ) {
    const { size } = stage;
    this.foot = floorToEven(stage.height * 0.72);
    this.sky = new Sky(stage, look, dice, this.foot);
    this.ranges = PLAN.map(([row, high, slide], number) => [
      this.bakeRange(dice, number, row * stage.height, high * size, slide * size),
      slide * size,
    ]);
    const mist = look.colour("mist");
    this.mist = new Mist(stage, dice, mist, { height: 0.76, thick: 0.16, amount: 0.75, far: 46 });
    const ground = new Ground(stage, TREES_SLIDE * size);
    const wood = plantSpruces(ground, dice.stream("trees"), 0.93 * stage.height, 0.2 * size);
    const near = look.colour("near");
    this.trees = paintSpruces(wood, 0.93 * stage.height, near, mix(near, mist, 0.12));
    if (look.trait("flakes") || stage.props.includes("snow")) this.snow = new Snowfall(stage, look, dice);
  }

  /** One range: lit faces and snow at the crest, mist at the foot. */
  private bakeRange(dice: Dice, number: number, row: number, high: number, slide: number): Layer {
    const { look, stage } = this;
    const ground = new Ground(stage, slide);
    const peaks = ground.peaks(dice.stream(`peaks ${number}`));
    const crest = peaks.map((peak) => row - (high * Math.log1p(Math.exp(6 * peak))) / 6);
    const colour = mix(look.colour("far"), look.colour("near"), 0.36 * number);
    const foot = mix(colour, look.colour("mist"), 0.72 - 0.14 * number);
    const shade = this.bakeFaces(ground, crest, dice, number);
    this.addSnow(shade, crest, colour, number, high);
    return ground.layer(crest, colour, foot, high * 1.15, shade);
  }

  private addSnow(shade: Field, crest: Crest, colour: Colour, number: number, high: number): void {
    const white = this.look.trait("snow") * (0.5 - 0.14 * number) * (this.look.colour("snow")[0] - colour[0]);
    for (let row = 0, at = 0; row < shade.rows; row++)
      for (let column = 0; column < shade.columns; column++, at++) {
        const depth = Math.max(row - crest[column], 0) / high;
        const rock = shade.values[at] * (0.75 - 0.2 * number);
        shade.values[at] = rock * fading(depth * 1.2) + clamp(1.2 - depth * 2.6 + rock * 9, 0, 1) * white;
      }
  }

  /** Rock that faces the light: slopes of noise sheared with the crest, so that ribs run down from peaks. */
  private bakeFaces(ground: Ground, crest: Crest, dice: Dice, number: number): Field {
    const { size, height } = this.stage;
    const rock = sheet(dice.stream(`rock ${number}`), 512, 512, ROCK).values;
    return makeField(height, ground.columns, (row, column) => {
      const down = ((row - 0.55 * crest[column]) / size) * 300;
      const across = (column / size) * 340 + 0.35 * down;
      const start = modulo(Math.trunc(down), 512) * 512;
      const [before, after] = [Math.trunc(across) - 3, Math.trunc(across) + 3].map((at) =>
        Math.abs(rock[start + (at & 511)]),
      ) as [number, number];
      return 0.085 * clamp(after - before, -1.6, 1.6);
    });
  }

  draw(canvas: Canvas, seconds: number): void {
    const sway = this.stage.sway(seconds);
    canvas.blacken(this.foot);
    this.sky.draw(canvas, seconds);
    for (const [layer, slide] of this.ranges) layer.draw(canvas, slide * sway);
    this.mist.draw(canvas, seconds);
    this.trees.draw(canvas, TREES_SLIDE * this.stage.size * sway);
    this.snow?.draw(canvas, seconds);
  }
}
