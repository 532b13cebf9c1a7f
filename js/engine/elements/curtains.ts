// Curtains of northern light: a wavy lower edge, and rays that rise from it and fade through the colours.
import type { Canvas } from "../draw/canvas";
import { LEVELS, type Ramp } from "../draw/colour";
import { Stretch } from "../draw/field";
import type { Look } from "../draw/look";
import { along, line } from "../draw/noise";
import { clamp, fading, smoothstep, TAU } from "../draw/numbers";
import type { Dice } from "../draw/random";
import type { Stage } from "../draw/stage";

const LENGTH = 1024;
const GRAINS = {
  edge: { falloff: 2.6, coarse: 1, fine: 7 },
  fold: { falloff: 2.4, coarse: 2, fine: 14 },
  ray: { falloff: 1, coarse: 10, fine: 190 },
  patch: { falloff: 1.6, coarse: 2, fine: 12 },
};
const RATE = 0.14;
/** What a curtain shows below its edge and above it, in its own heights. */
const [BELOW, ABOVE] = [0.12, 2.1];
/** How bright each curtain is, and how high in the sky it hangs (a share). */
const CURTAINS = [
  [1.1, 0.74],
  [0.8, 0.58],
  [0.5, 0.44],
] as const;

/** Lines of noise along one curtain, and how bright and how high it hangs. */
type Curtain = Readonly<Record<keyof typeof GRAINS, Float32Array>> & {
  readonly strength: number;
  readonly hang: number;
};

function weave(dice: Dice, number: number, strength: number, hang: number): Curtain {
  const of = (name: keyof typeof GRAINS) => line(dice.stream(`${name} ${number}`), LENGTH, GRAINS[name]);
  return { edge: of("edge"), fold: of("fold"), ray: of("ray"), patch: of("patch"), strength, hang };
}

/** Light from below the edge to the top: sharp below, a bright hem, a long fading above. */
function bakeProfile(colours: Ramp): Ramp {
  const profile = {
    luma: new Float32Array(LEVELS),
    blue: new Float32Array(LEVELS),
    red: new Float32Array(LEVELS),
  };
  for (let at = 0; at < LEVELS; at++) {
    const up = -BELOW + ((ABOVE + BELOW) * at) / (LEVELS - 1);
    const long =
      smoothstep(-0.05, 0.07, up) * (0.86 * fading(Math.max(up, 0) * 2.1) + 0.14) * smoothstep(1.95, 0.5, up);
    const fade = long + 0.16 * fading(Math.abs(up) * 9) * smoothstep(-BELOW, 0, up);
    const place = Math.trunc(clamp(up * 0.62 + 0.04, 0, 1) * (LEVELS - 1));
    for (const part of ["luma", "blue", "red"] as const) profile[part][at] = colours[part][place] * fade;
  }
  return profile;
}

/** Three curtains in a sky of `rows` pixels. */
export class Curtains {
  private readonly curtains: readonly Curtain[];
  private readonly profile: Ramp;
  private readonly across: Float64Array;
  private readonly height: number;
  private readonly light: readonly [Float32Array, Float32Array, Float32Array];
  private readonly whole: Stretch;
  private readonly half: Stretch;

  constructor(
    private readonly stage: Stage,
    look: Look,
    dice: Dice,
    rows: number,
  ) {
    const [height, columns] = stage.grid(rows, 2);
    this.height = height;
    // Narrow frames show less of the same curtains, not narrower ones.
    this.across = Float64Array.from(
      { length: columns },
      (_, at) => ((at + 0.5) / columns) * Math.min(1, stage.crowd),
    );
    const lift = dice.stream("curtains").number(-0.05, 0.04);
    const strong = look.trait("strength");
    this.curtains = CURTAINS.map(([strength, hang], number) =>
      weave(dice, number, strength * strong, hang + lift),
    );
    this.profile = bakeProfile(look.ramp("aurora"));
    const plane = () => new Float32Array(height * columns);
    this.light = [plane(), plane(), plane()];
    this.whole = new Stretch(height, columns, rows, stage.width);
    this.half = new Stretch(height, columns, rows >> 1, stage.width >> 1);
  }

  /** Adds the light of all curtains to the sky. */
  draw(canvas: Canvas, seconds: number): void {
    const turn = this.stage.angle(RATE, seconds);
    const [luma, blue, red] = this.light;
    for (const plane of this.light) plane.fill(0);
    this.curtains.forEach((curtain, number) => {
      this.hang(curtain, turn + 2.1 * number, 0.17 * number);
    });
    addTo(canvas.luma, this.whole.run(luma).values);
    addTo(canvas.blue, this.half.run(blue).values);
    addTo(canvas.red, this.half.run(red).values);
  }

  private hang(curtain: Curtain, turn: number, start: number): void {
    for (let column = 0; column < this.across.length; column++) this.hangColumn(curtain, turn, start, column);
  }

  /**
   * The light of one column. The curtain is folded: places along it are pushed back and forth, and light piles up where
   * they crowd.
   */
  private hangColumn(curtain: Curtain, turn: number, start: number, column: number): void {
    const across = this.across[column];
    const [sway, other] = [Math.sin(turn) * 0.03, Math.cos(turn + 1.3) * 0.026];
    const look = (values: Float32Array, scale: number, shift: number) =>
      along(values, (across * scale + shift + start) * LENGTH);
    const place = this.placeOf(curtain, column, sway, start);
    const rays = along(curtain.ray, (place * 0.62 + sway * 1.4 + start) * LENGTH);
    const wave = 0.6 + 0.4 * Math.sin(TAU * across * 2 - turn + start * 9);
    const patches = clamp(0.58 + 0.46 * look(curtain.patch, 0.5, other), 0.05, 1.4);
    const amount = clamp(0.56 + 0.3 * rays * wave, 0.04, 1.35) * patches;
    const crowd = this.crowd(curtain, column, sway, start);
    const base =
      curtain.hang + 0.085 * look(curtain.edge, 0.42, sway) + 0.03 * look(curtain.fold, 0.6, -other);
    const tall = clamp(0.34 + 0.1 * look(curtain.patch, 0.35, -sway) + 0.012 * rays, 0.14, 0.62);
    this.pour(column, amount * crowd ** 0.7 * curtain.strength, tall, base);
  }

  private placeOf(curtain: Curtain, column: number, sway: number, start: number): number {
    const across = this.across[column];
    return across + 0.022 * along(curtain.fold, (across * 0.45 + sway + start) * LENGTH);
  }

  private crowd(curtain: Curtain, column: number, sway: number, start: number): number {
    const last = this.across.length - 1;
    const [left, right] = [Math.max(column - 1, 0), Math.min(column + 1, last)];
    const step = this.placeOf(curtain, right, sway, start) - this.placeOf(curtain, left, sway, start);
    const spread = (step / (right - left)) * (this.across.length / (this.across[last] - this.across[0]));
    return clamp(1 / Math.max(0.35, spread), 0.5, 1.7);
  }

  private pour(column: number, amount: number, tall: number, base: number): void {
    const { profile, height } = this;
    const [luma, blue, red] = this.light;
    for (let row = 0, at = column; row < height; row++, at += this.across.length) {
      const up = (base - (row + 0.5) / height) / tall;
      const level = clamp((up + BELOW) * ((LEVELS - 1) / (BELOW + ABOVE)), 0, LEVELS - 1) | 0;
      luma[at] += profile.luma[level] * amount;
      blue[at] += profile.blue[level] * amount;
      red[at] += profile.red[level] * amount;
    }
  }
}

function addTo(plane: Float32Array, light: Float32Array): void {
  for (let at = 0; at < light.length; at++) plane[at] += light[at];
}
