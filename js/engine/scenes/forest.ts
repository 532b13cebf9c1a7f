// A forest in the light behind it: rows of trees, mist between them, and rays.
import type { Canvas } from "../draw/canvas";
import { type Colour, mix, type Ramp } from "../draw/colour";
import { type Field, makeField, Stretch, stretch } from "../draw/field";
import type { Layer } from "../draw/layer";
import type { Look } from "../draw/look";
import { along, line } from "../draw/noise";
import { clamp, fading, smoothstep } from "../draw/numbers";
import type { Dice } from "../draw/random";
import type { Stage } from "../draw/stage";
import { Ground } from "../elements/land";
import { Mist } from "../elements/mist";
import { paintSpruces, plantSpruces } from "../elements/spruce";
import { Fireflies } from "../elements/weather";
import type { Scene } from "./scene";

/** The row each stands on, its height, how far it slides, and its trees, far to near. */
const ROWS = [
  [0.56, 0.2, 0.012, 120],
  [0.63, 0.3, 0.026, 80],
  [0.72, 0.44, 0.05, 46],
  [0.84, 0.68, 0.085, 22],
  [1.02, 1.08, 0.15, 8],
] as const;
/** The height of each bank of mist, how dense it is, and the row of trees that it lies before. */
const MISTS = [
  [0.6, 0.5, 0],
  [0.78, 0.55, 2],
  [0.98, 0.3, 3],
] as const;
const BEAMS = { falloff: 1.6, coarse: 5, fine: 60 };
/** Angles of the fan of rays, in steps of a table. */
const [STEPS, REACH] = [2048, Math.PI / 2];

export class Forest implements Scene {
  private readonly sky: Ramp;
  private readonly ray: Colour;
  private readonly strength: number;
  private readonly rows: readonly (readonly [Layer, number])[];
  private readonly mists: readonly Mist[];
  private readonly flies: Fireflies | undefined;
  private readonly angle: Field;
  private readonly fan: Field;
  private readonly halo: Field;
  private readonly lines: readonly [Float32Array, Float32Array];
  private readonly rays: Field;
  private readonly wide: Stretch;

  constructor(
    private readonly stage: Stage,
    look: Look,
    dice: Dice,
  ) {
    const mist = look.colour("mist");
    this.sky = look.ramp("sky");
    this.ray = look.colour("ray");
    this.strength = look.trait("rays");
    this.rows = ROWS.map((_, number) => this.bakeRow(look, dice, number));
    this.mists = MISTS.map(
      ([height, amount]) => new Mist(stage, dice, mist, { height, thick: 0.1, amount, far: 46 }),
    );
    const [rows, columns] = stage.grid(stage.height);
    const middle = (dice.stream("rays").number(0.52, 0.68) * stage.width) / stage.size;
    const x = (column: number) => ((column + 0.5) / columns) * (stage.width / stage.size) - middle;
    const y = (row: number) => ((row + 0.5) / rows) * (stage.height / stage.size) + 0.16;
    this.angle = makeField(rows, columns, (row, column) => Math.atan2(x(column), y(row)));
    this.fan = makeField(rows, columns, (row, column) => {
      const away = Math.hypot(x(column), y(row));
      return smoothstep(0.05, 0.35, away) * fading(away * 1.35);
    });
    const halo = makeField(
      rows,
      columns,
      (row, column) => 0.62 * fading(Math.hypot(x(column), y(row) - 0.34) ** 2 * 7),
    );
    this.halo = stretch(halo, stage.height, stage.width);
    this.lines = [line(dice.stream("ray 0"), 1024, BEAMS), line(dice.stream("ray 1"), 1024, BEAMS)];
    this.rays = makeField(rows, columns);
    this.wide = new Stretch(rows, columns, stage.height, stage.width);
    if (look.trait("flies") && !stage.props.includes("fireflies"))
      this.flies = new Fireflies(stage, look, dice);
  }

  private bakeRow(look: Look, dice: Dice, number: number): readonly [Layer, number] {
    const { stage } = this;
    const [row, high, slide, count] = ROWS[number];
    const colour = mix(look.colour("far"), look.colour("near"), (number / 4) ** 1.15);
    const ground = new Ground(stage, slide * stage.size);
    const foot = row * stage.height;
    const wood = plantSpruces(ground, dice.stream(`wood ${number}`), foot, high * stage.size, count);
    const below = mix(colour, look.colour("mist"), 0.75 - 0.16 * number);
    return [paintSpruces(wood, foot, colour, below), slide * stage.size];
  }

  /** How bright the rays are now: two rows of beams that sway against each other. */
  private shine(seconds: number): Field {
    const sway = 7 * Math.sin(this.stage.angle(0.16, seconds));
    const [one, two] = this.lines;
    const table = Float32Array.from({ length: STEPS + 1 }, (_, step) => {
      const place = ((step / STEPS) * 2 - 1) * REACH * 240;
      return smoothstep(-0.5, 1.9, along(one, place + sway) * 0.75 + along(two, place * 1.3 - sway) * 0.55);
    });
    const { angle, fan, rays } = this;
    for (let at = 0; at < rays.values.length; at++) {
      const place = (angle.values[at] / REACH + 1) * (STEPS / 2);
      const left = Math.floor(place);
      rays.values[at] = (table[left] + (table[left + 1] - table[left]) * (place - left)) * fan.values[at];
    }
    const shown = this.wide.run(rays.values);
    for (let at = 0; at < shown.values.length; at++) shown.values[at] = clamp(shown.values[at], 0, 1);
    return shown;
  }

  draw(canvas: Canvas, seconds: number): void {
    const { stage, strength } = this;
    canvas.gradient(this.sky, stage.height, (row) => row / stage.height / 0.8);
    canvas.over(this.halo, this.ray, Math.min(0.9, 0.8 * strength));
    this.rows.forEach(([layer, slide], number) => {
      layer.draw(canvas, slide * stage.sway(seconds));
      MISTS.forEach(([, , before], which) => {
        if (before === number) this.mists[which].draw(canvas, seconds);
      });
      if (number === 3) canvas.over(this.shine(seconds), this.ray, 0.62 * strength);
    });
    this.flies?.draw(canvas, seconds);
  }
}
