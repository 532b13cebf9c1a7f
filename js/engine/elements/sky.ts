// The sky by day and evening: a gradient, a sun or moon that belongs to it, stars and clouds.
import { Canvas } from "../draw/canvas";
import { mix, type Ramp } from "../draw/colour";
import { makeField } from "../draw/field";
import type { Look } from "../draw/look";
import { clamp, fading, smoothstep, TAU } from "../draw/numbers";
import { splat } from "../draw/particles";
import type { Dice } from "../draw/random";
import type { Stage } from "../draw/stage";
import { Clouds, type Light } from "./clouds";

interface Star {
  readonly across: number;
  readonly down: number;
  readonly shine: number;
  readonly rate: number;
  readonly turn: number;
}

/** Everything above a horizon, which is a number of rows. */
export class Sky {
  readonly colours: Ramp;
  readonly light: Light;
  /** What never changes. */
  private readonly still: Canvas;
  private readonly stars: readonly Star[];
  private readonly clouds: Clouds;

  constructor(
    private readonly stage: Stage,
    private readonly look: Look,
    dice: Dice,
    private readonly horizon: number,
  ) {
    this.colours = look.ramp("sky");
    const across = look.trait("across") + dice.stream("sky").number(-0.08, 0.08);
    this.light = {
      across: across * stage.width,
      down: look.trait("down") * horizon,
      radius: look.trait("radius") * stage.size,
    };
    this.still = new Canvas(stage.width, horizon);
    this.still.gradient(this.colours, horizon, (row) => row / horizon);
    this.bakeLight();
    this.stars = this.bakeStars(dice);
    this.clouds = new Clouds(stage, look, dice, horizon, this.light);
  }

  /** The disc ends in its own glow, in one smooth curve: an edge against the sky would look pasted. */
  private bakeLight(): void {
    const { stage, look, light, still, horizon } = this;
    const away = makeField(horizon, stage.width, (row, column) =>
      Math.hypot(column - light.across, (row - light.down) * 1.06),
    );
    const shape = (value: (rim: number, away: number) => number) => ({
      ...away,
      values: away.values.map((one) => value(Math.max(one - light.radius, 0) / stage.size, one)),
    });
    const core = (one: number) => smoothstep(light.radius * 1.12 + 1.5, light.radius * 0.8, one);
    const wide = shape((rim) => 0.42 * fading(rim / 0.3) + 0.4 * fading(rim / 0.085));
    const bloom = 0.72 * look.trait("bloom");
    const close = shape((rim, one) => Math.max(core(one), bloom * fading(rim / 0.024)));
    const [sun, glow] = [look.colour("sun"), look.colour("glow")];
    still.over(wide, glow, look.trait("glow"));
    still.over(close, sun);
    const face = makeField(horizon, stage.width, (row, column) => {
      const disc = core(away.values[row * stage.width + column]);
      return disc && disc * this.darken(column - light.across, (row - light.down) * 1.06);
    });
    still.over(face, mix(glow, sun, 0.15), 0.62);
  }

  /** Where the disc is darker: toward the haze at the horizon for the sun, in soft seas for the moon. */
  private darken(across: number, down: number): number {
    const { radius } = this.light;
    const moon = this.look.trait("moon");
    const seas =
      (Math.sin((across / radius) * 3.1 + 0.6) * Math.sin((down / radius) * 3.7 + 1.1) + 0.25) * 0.34;
    return clamp(smoothstep(-0.7, 1, down / radius) * 0.7 * (1 - moon) + Math.max(seas, 0) * moon, 0, 1);
  }

  private bakeStars(dice: Dice): readonly Star[] {
    const { stage, light, horizon } = this;
    const chance = dice.stream("stars");
    const count = Math.trunc(520 * stage.crowd * this.look.trait("stars"));
    const [across, down, shine] = [chance.uniform(count), chance.uniform(count), chance.uniform(count)];
    const rates = stage.rates(chance.uniform(count, 0.3, 1.2));
    const turns = chance.uniform(count);
    return Array.from({ length: count }, (_, at) => {
      const [x, y] = [across[at] * stage.width, down[at] ** 1.2 * horizon * 0.92];
      // No star shines through the moon, and few through its glow.
      const clear = smoothstep(1.2, 4, Math.hypot(x - light.across, y - light.down) / light.radius);
      return {
        across: x,
        down: y,
        shine: (0.08 + 0.6 * shine[at] ** 6) * clear,
        rate: rates[at],
        turn: turns[at] * TAU,
      };
    });
  }

  draw(canvas: Canvas, seconds: number): void {
    canvas.copy(this.still);
    for (const { across, down, shine, rate, turn } of this.stars)
      splat(
        canvas,
        across,
        down,
        shine * (0.7 + 0.3 * Math.sin(TAU * rate * seconds + turn)),
        0.8 * this.stage.unit,
      );
    this.clouds.draw(canvas, seconds);
  }
}
