// A city in the rain: lights far and near, cars along the kerb, and all of it again in the wet street.
import type { Canvas } from "../draw/canvas";
import { type Colour, mix, type Ramp } from "../draw/colour";
import { Stretch } from "../draw/field";
import type { Layer } from "../draw/layer";
import type { Look } from "../draw/look";
import { sheet, Tile } from "../draw/noise";
import { clamp, floorToEven, modulo, smoothstep } from "../draw/numbers";
import { splat, streak } from "../draw/particles";
import type { Dice } from "../draw/random";
import type { Stage } from "../draw/stage";
import { Boat } from "../elements/boat";
import { Skyline } from "../elements/skyline";
import { Street } from "../elements/street";
import type { Scene } from "./scene";

const [KERB, BOAT_ROW] = [0.7, 0.865];
/** How far the layers slide, in widths, from far to near. */
const SLIDES = [0.018, 0.055, 0.1];
const FOG = { falloff: 2.8, coarse: 2, stretch: [1, 0.5] } as const;
/** Far, middle and near drops: how many, how fast in heights per second, how long in heights, how bright. */
const RAIN = [
  [700, 1.7, 0.03, 0.15],
  [230, 2.6, 0.065, 0.2],
  [70, 3.4, 0.12, 0.22],
] as const;

interface Drops {
  readonly across: Float64Array;
  readonly down: Float64Array;
  readonly rates: Float64Array;
  readonly bright: Float64Array;
  readonly length: number;
}

/** Lamps that drive one way. */
interface Cars {
  readonly colour: Colour;
  readonly way: number;
  readonly starts: Float64Array;
  readonly rates: Float64Array;
}

export class City implements Scene {
  private readonly kerb: number;
  private readonly sky: Ramp;
  private readonly haze: Colour;
  private readonly layers: readonly Layer[];
  private readonly street: Street;
  private readonly fog: Tile;
  private readonly wide: Stretch;
  private readonly rain: readonly Drops[];
  private readonly cars: readonly Cars[];
  private readonly boat: Boat | undefined;

  constructor(
    private readonly stage: Stage,
    look: Look,
    dice: Dice,
  ) {
    this.kerb = floorToEven(stage.height * KERB);
    this.sky = look.ramp("sky");
    this.haze = look.colour("haze");
    this.layers = SLIDES.map((_, depth) =>
      new Skyline(stage, look, dice.stream(`row ${depth}`), depth, this.kerb).layer(),
    );
    this.street = new Street(stage, look, dice, this.kerb);
    const [rows, columns] = stage.grid(this.kerb);
    this.fog = new Tile(sheet(dice.stream("fog"), 512, 512, FOG), rows, columns);
    this.wide = new Stretch(rows, columns, this.kerb, stage.width);
    this.rain = RAIN.map((_, depth) => this.bakeRain(dice, depth));
    this.cars = this.bakeCars(dice, look);
    const light = mix(look.colour("warm"), this.haze, 0.5);
    if (stage.props.includes("boat"))
      this.boat = new Boat(stage, 92 * stage.unit, BOAT_ROW * stage.height, light);
  }

  private bakeRain(dice: Dice, depth: number): Drops {
    const [many, speed, length, light] = RAIN[depth];
    const [chance, count] = [dice.stream(`rain ${depth}`), Math.trunc(many * this.stage.crowd)];
    const across = chance.uniform(count, -0.15, 1.15);
    const down = chance.uniform(count);
    const rates = this.stage.rates(chance.uniform(count, 0.85, 1.15).map((rate) => rate * speed));
    return {
      across,
      down,
      rates,
      length,
      bright: chance.uniform(count, 0.4, 1).map((bright) => bright * light),
    };
  }

  private bakeCars(dice: Dice, look: Look): readonly Cars[] {
    const [chance, count] = [dice.stream("cars"), Math.max(4, Math.trunc(9 * this.stage.crowd))];
    const make = (name: string, way: number, slow: number, fast: number): Cars => {
      const starts = chance.uniform(count);
      return {
        colour: look.colour(name),
        way,
        starts,
        rates: this.stage.rates(chance.uniform(count, slow, fast)),
      };
    };
    return [make("warm", 1, 0.1, 0.22), make("beacon", -1, 0.08, 0.2)];
  }

  /** The street comes late, because it mirrors all the rest. */
  draw(canvas: Canvas, seconds: number): void {
    const { kerb, stage } = this;
    canvas.gradient(this.sky, kerb, (row) => row / kerb);
    this.layers.forEach((layer, depth) => {
      layer.draw(canvas, 2 + stage.sway(seconds) * SLIDES[depth] * stage.width);
      if (depth === 0) this.drawFog(canvas, seconds);
    });
    this.drawCars(canvas, seconds);
    this.street.draw(canvas, seconds);
    this.boat?.draw(canvas, seconds);
    this.drawRain(canvas, seconds);
  }

  private drawFog(canvas: Canvas, seconds: number): void {
    const seen = this.fog.drift(this.stage.phase(0.14, seconds), 64, 8);
    for (let row = 0, at = 0; row < seen.rows; row++) {
      const low = smoothstep(0.15, 0.95, row / seen.rows);
      for (let column = 0; column < seen.columns; column++, at++)
        seen.values[at] = smoothstep(-1.2, 1.9, seen.values[at]) * low;
    }
    const thick = this.wide.run(seen.values);
    for (let at = 0; at < thick.values.length; at++) thick.values[at] = clamp(thick.values[at], 0, 1);
    canvas.over(thick, this.haze, 0.42);
  }

  /** Pairs of lamps along the kerb, driving on the right. */
  private drawCars(canvas: Canvas, seconds: number): void {
    const { unit, width } = this.stage;
    for (const { colour, way, starts, rates } of this.cars)
      starts.forEach((start, car) => {
        const across = (modulo(start + way * rates[car] * seconds, 1) * 1.3 - 0.15) * width;
        const row = this.kerb - (way > 0 ? 5 : 9) * unit;
        splat(canvas, across, row, 0.85, 2.3 * unit, colour);
        splat(canvas, across + 11 * unit, row, 0.85, 2.3 * unit, colour);
        splat(canvas, across + 5.5 * unit, row, 0.22, 13 * unit, colour);
      });
  }

  private drawRain(canvas: Canvas, seconds: number): void {
    const { size, width, height } = this.stage;
    for (const { across, down, rates, length, bright } of this.rain)
      for (let drop = 0; drop < across.length; drop++) {
        const fallen = modulo(down[drop] + rates[drop] * seconds, 1);
        const left = across[drop] * width - 0.1 * fallen * size;
        streak(
          canvas,
          left,
          (fallen * 1.15 - 0.15) * height,
          -0.1 * length * size,
          length * size,
          bright[drop],
        );
      }
  }
}
