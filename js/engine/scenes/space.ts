// A nebula with stars that come toward us, and a planet that rises out of a corner.
import { type Canvas, type Cropped, crop } from "../draw/canvas";
import { type Colour, mix, type Ramp } from "../draw/colour";
import { type Field, makeField, Stretch } from "../draw/field";
import type { Look } from "../draw/look";
import { sheet, Tile } from "../draw/noise";
import { clamp, fading, modulo, smoothstep, TAU } from "../draw/numbers";
import { splat } from "../draw/particles";
import type { Dice } from "../draw/random";
import type { Stage } from "../draw/stage";
import type { Scene } from "./scene";

const GAS = { falloff: 2.9, coarse: 3.4 };
const DUST = { falloff: 2.3, coarse: 5 };
const BANDS = { falloff: 2.8, coarse: 2, fine: 60, stretch: [1.6, 0.35] } as const;

export class Space implements Scene {
  private readonly gas: Ramp;
  private readonly star: Colour;
  private readonly tiles: readonly [Tile, Tile, Tile];
  private readonly band: Field;
  private readonly glow: Field;
  private readonly wide: Stretch;
  private readonly places: Float64Array;
  private readonly depth: Float64Array;
  private readonly bright: Float64Array;
  private readonly turn: Float64Array;
  private readonly twinkle: Float64Array;
  private readonly planet: readonly (readonly [Cropped, Colour])[];
  private readonly rim: readonly [Cropped, Colour];

  constructor(
    private readonly stage: Stage,
    look: Look,
    dice: Dice,
  ) {
    const [rows, columns] = stage.grid(stage.height);
    const tile = (name: string, grain: typeof GAS) =>
      new Tile(sheet(dice.stream(name), 512, 512, grain), rows, columns);
    this.gas = look.ramp("gas");
    this.star = look.colour("star");
    this.tiles = [tile("gas", GAS), tile("veil", GAS), tile("dust", DUST)];
    const tilt = dice.stream("tilt").number(0.25, 0.75);
    this.band = makeField(rows, columns, (row, column) => {
      const x = (((column + 0.5) / columns - 0.5) * stage.width) / stage.size;
      const y = (((row + 0.5) / rows - 0.5) * stage.height) / stage.size;
      return fading(((y + tilt * x) / 0.52) ** 2);
    });
    this.glow = makeField(rows, columns);
    this.wide = new Stretch(rows, columns, stage.height, stage.width);
    const [chance, count] = [dice.stream("stars"), Math.max(160, Math.trunc(900 * stage.crowd))];
    this.places = chance.uniform(2 * count, -1, 1);
    this.depth = chance.uniform(count);
    this.bright = chance.uniform(count).map((value) => value ** 4);
    this.turn = chance.uniform(count);
    this.twinkle = stage.rates(chance.uniform(count, 0.3, 0.9));
    [this.planet, this.rim] = this.bakePlanet(look, dice);
  }

  /** Lit from the other side, with banded weather and thin air. */
  private bakePlanet(look: Look, dice: Dice): readonly [Space["planet"], Space["rim"]] {
    const { stage } = this;
    const chance = dice.stream("planet");
    const side = chance.chance(0.5) ? 1 : -1;
    const radius = chance.number(0.42, 0.56) * stage.size;
    const weather = sheet(dice.stream("weather"), 256, 512, BANDS).values;
    const across = (0.5 + side * 0.34) * stage.width;
    const down = stage.height - 0.1 * stage.size;
    const bake = (value: (x: number, y: number, away: number) => number) =>
      crop(
        makeField(stage.height, stage.width, (row, column) => {
          const [x, y] = [(column - across) / radius, (row - down) / radius];
          return value(x, y, Math.sqrt(x * x + y * y));
        }),
      );
    const disc = (away: number) => clamp((1 - away) * radius + 0.5, 0, 1);
    const lit = bake((x, y, away) => {
      const depth = Math.sqrt(clamp(1 - away * away, 0, 1));
      const sun = clamp(-0.8 * side * x - 0.55 * y + 0.22 * depth, 0, 1);
      const row = modulo(Math.trunc((y * 0.5 + 0.14 * x + 0.9) * 150), 256);
      const column = modulo(Math.trunc((x / (0.55 + depth) + 2) * 90), 512);
      const tone = clamp(0.55 + 0.22 * weather[row * 512 + column], 0.1, 1.1);
      return disc(away) * clamp(1.25 * sun, 0, 1) * tone * 0.96;
    });
    const rim = bake((x, y, away) => {
      const air = away < 1 ? fading((1 - away) * 16) : fading((away - 1) * 24);
      return 0.85 * air * clamp(0.1 - 0.8 * side * x - 0.55 * y, 0, 1) ** 1.3;
    });
    const shade = bake((_x, _y, away) => disc(away));
    return [
      [
        [shade, look.colour("shade")],
        [lit, look.colour("planet")],
      ],
      [rim, mix(look.colour("air"), this.star, 0.15)],
    ];
  }

  draw(canvas: Canvas, seconds: number): void {
    canvas.paint(this.gas, this.shineGas(seconds));
    this.drawStars(canvas, seconds);
    for (const [{ mask, top }, colour] of this.planet) canvas.over(mask, colour, 1, top);
    const [{ mask, top }, colour] = this.rim;
    canvas.light(mask, colour, 0.62, top);
  }

  /** How bright the gas is: bent by itself, dark where there is dust. */
  private shineGas(seconds: number): Field {
    const turn = this.stage.angle(0.14, seconds);
    const far = 11 * this.stage.pace;
    const [right, down] = [far * Math.sin(turn), far * Math.cos(turn)];
    const [gas, veil, dust] = this.tiles;
    const one = gas.view(right, down).values;
    const two = veil.view(200 - down, right).values;
    const dark = dust.view(40 + 0.5 * right, 70 + 0.7 * down).values;
    const { values } = this.glow;
    for (let at = 0; at < values.length; at++) {
      const band = this.band.values[at];
      const body = smoothstep(-1.5, 2.1, one[at] + 0.55 * two[at]) * (0.22 + 0.85 * band);
      const ridge = fading(3.2 * Math.abs(one[at] - two[at] * 0.8)) * 0.2 * band;
      values[at] = clamp(0.86 * body * (1 - 0.34 * smoothstep(0.2, 2.2, dark[at])) + ridge, 0, 0.98);
    }
    return this.wide.run(values);
  }

  /** Stars come toward us and are new in the middle; each passes whole times in a clip. */
  private drawStars(canvas: Canvas, seconds: number): void {
    const { unit, width, height } = this.stage;
    const { places, bright } = this;
    const phase = this.stage.phase(0.06, seconds);
    for (let star = 0; star < bright.length; star++) {
      const depth = modulo(this.depth[star] + phase, 1);
      const zoom = 0.341 / (1.06 - 0.75 * depth);
      const across = (0.5 + places[star] * zoom) * width;
      const down = (0.5 + places[bright.length + star] * zoom) * height;
      const shown = smoothstep(0, 0.25, depth) * smoothstep(1, 0.86, depth);
      const twinkle = 0.8 + 0.2 * Math.sin(TAU * (this.twinkle[star] * seconds + this.turn[star]));
      const light = (0.1 + 0.85 * bright[star]) * shown * twinkle;
      splat(canvas, across, down, light * 0.8, 0.85 * unit);
      if (bright[star] <= 0.55) continue;
      splat(canvas, across, down, light * 0.55, 1.9 * unit);
      splat(canvas, across, down, light * 0.1, 6 * unit, this.star);
    }
  }
}
