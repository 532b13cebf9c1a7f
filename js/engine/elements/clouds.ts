// Clouds above a horizon, in perspective, lit by the sun or the moon.
import type { Canvas } from "../draw/canvas";
import type { Colour } from "../draw/colour";
import { type Field, makeField, Stretch } from "../draw/field";
import type { Look } from "../draw/look";
import { gather, sheet, takeTurns } from "../draw/noise";
import { clamp, fading, modulo, smoothstep } from "../draw/numbers";
import type { Dice } from "../draw/random";
import type { Stage } from "../draw/stage";

const GRAIN = { falloff: 2.7, coarse: 2, stretch: [1.2, 0.55] } as const;
/** Loops per second, and cells of the noise per second. */
const [RATE, SPEED] = [0.12, 11];

/** The sun or the moon: its centre and radius in pixels. */
export interface Light {
  readonly across: number;
  readonly down: number;
  readonly radius: number;
}

export class Clouds {
  private readonly body: Colour;
  private readonly lit: Colour;
  private readonly least: number;
  private readonly noise: Field;
  private readonly thick: Field;
  private readonly right: Field;
  private readonly down: Float32Array;
  private readonly fade: Float32Array;
  private readonly near: Field;
  private readonly beside: Field;
  private readonly shapes: readonly [Field, Field];
  private readonly stretch: readonly [Stretch, Stretch];
  /** A low sun lights clouds from below, a high one from above. */
  private readonly facing: number;

  constructor(
    private readonly stage: Stage,
    look: Look,
    dice: Dice,
    horizon: number,
    light: Light,
  ) {
    const [rows, columns] = stage.grid(horizon, 2);
    this.body = look.colour("cloud");
    this.lit = look.colour("lit");
    this.least = look.trait("clear");
    this.noise = sheet(dice.stream("clouds"), 512, 1024, GRAIN);
    const height = (row: number) => (row + 0.5) / rows;
    const depth = (row: number) => 1 / (1.07 - height(row));
    const aside = (column: number) => ((column / columns - 0.5) * stage.width) / stage.height;
    this.right = makeField(rows, columns, (row, column) => aside(column) * depth(row) * 190);
    this.down = Float32Array.from({ length: rows }, (_, row) => depth(row) * 62);
    this.fade = Float32Array.from(
      { length: rows },
      (_, row) => smoothstep(1, 0.62, height(row)) * smoothstep(-0.25, 0.2, height(row)),
    );
    const away = (row: number, column: number) =>
      Math.hypot(
        ((column + 0.5) * stage.width) / columns - light.across,
        height(row) * horizon - light.down,
      ) / stage.height;
    this.near = makeField(rows, columns, (row, column) => 0.25 + 0.75 * fading(1.9 * away(row, column)));
    this.beside = makeField(rows, columns, (row, column) => 1 - 0.6 * fading(away(row, column) / 0.07));
    this.thick = makeField(rows, columns);
    this.shapes = [makeField(rows, columns), makeField(rows, columns)];
    this.stretch = [
      new Stretch(rows, columns, horizon, stage.width),
      new Stretch(rows, columns, horizon, stage.width),
    ];
    this.facing = light.down > horizon / 2 ? 2 : -2;
  }

  /** Covers the sky: dark where clouds are thick, bright at the side that sees the light. */
  draw(canvas: Canvas, seconds: number): void {
    this.gather(seconds);
    this.shade();
    canvas.over(this.stretch[0].run(this.shapes[0].values), this.body, 0.72);
    canvas.over(this.stretch[1].run(this.shapes[1].values), this.lit, 0.85);
  }

  /** How thick the clouds are: two drifting copies take turns, so the loop has no seam. */
  private gather(seconds: number): void {
    const { stage, thick, right, down, noise } = this;
    const phase = stage.phase(RATE, seconds);
    const reach = (SPEED * stage.pace * stage.seconds) / stage.turns(RATE);
    const [one, two] = takeTurns(phase);
    const [here, there] = [0, 0.5].map((start) => (modulo(phase + start, 1) - 0.5) * reach) as [
      number,
      number,
    ];
    for (let row = 0, at = 0; row < thick.rows; row++)
      for (let column = 0; column < thick.columns; column++, at++) {
        const x = right.values[at];
        const y = down[row];
        thick.values[at] =
          gather(noise, x + here, y + here * 0.3) * one +
          gather(noise, x + there + 400, y + there * 0.3) * two;
      }
  }

  private shade(): void {
    const { thick, least, near, beside, fade, facing } = this;
    const [body, edge] = this.shapes;
    const last = thick.rows - 1;
    for (let row = 0, at = 0; row <= last; row++) {
      const ahead = clamp(row + facing, 0, last) * thick.columns;
      for (let column = 0; column < thick.columns; column++, at++) {
        const here = thick.values[at];
        body.values[at] = smoothstep(least, least + 1.5, here) * fade[row] * beside.values[at];
        const toward = clamp(0.45 + 0.75 * (here - thick.values[ahead + column]), 0, 1);
        const rim = smoothstep(least - 0.25, least + 0.5, here) * smoothstep(least + 2.2, least + 0.6, here);
        edge.values[at] = toward * near.values[at] * fade[row] * rim;
      }
    }
  }
}
