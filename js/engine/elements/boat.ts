// A folded paper boat, with its mirror image below it.
import type { Canvas } from "../draw/canvas";
import { type Colour, mix, scale } from "../draw/colour";
import { clamp, fading, modulo } from "../draw/numbers";
import type { Stage } from "../draw/stage";

type Corners = readonly (readonly [number, number])[];

/** How bright each fold is, and its corners clockwise; the hull is 2 wide and stands on 0. */
const FACETS: readonly (readonly [number, Corners])[] = [
  [
    0.8,
    [
      [-0.3, -0.26],
      [0, -0.78],
      [0, -0.2],
    ],
  ],
  [
    1,
    [
      [0, -0.78],
      [0.3, -0.26],
      [0, -0.2],
    ],
  ],
  [
    0.7,
    [
      [-1, -0.4],
      [-0.3, -0.26],
      [0, 0],
      [-0.52, 0],
    ],
  ],
  [
    0.95,
    [
      [0.3, -0.26],
      [1, -0.4],
      [0.52, 0],
      [0, 0],
    ],
  ],
  [
    0.84,
    [
      [-0.3, -0.26],
      [0.3, -0.26],
      [0, 0],
    ],
  ],
];
const PAPER: Colour = [0.97, -0.012, 0.012];
/** How far a boat reaches up and sideways, with room to rock. */
const [ABOVE, BESIDE] = [0.95, 1.15];

/** A fold's edges as lines: how far a place lies inside each is `across * x + down * y + rest`. */
interface Edge {
  readonly across: number;
  readonly down: number;
  readonly rest: number;
}

interface Fold {
  readonly bright: number;
  readonly edges: readonly Edge[];
}

const FOLDS: readonly Fold[] = FACETS.map(([bright, corners]) => ({
  bright,
  edges: corners.map(([left, top], at) => {
    const [right, bottom] = corners[(at + 1) % corners.length];
    const length = Math.hypot(right - left, bottom - top);
    const [across, down] = [(top - bottom) / length, (right - left) / length];
    return { across, down, rest: -across * left - down * top };
  }),
}));

/** How much of a pixel lies in a fold; edges are one pixel soft. */
function cover(edges: readonly Edge[], x: number, y: number, pixel: number): number {
  let depth = 1e3;
  for (const { across, down, rest } of edges) depth = Math.min(depth, across * x + down * y + rest);
  return clamp(depth / pixel + 0.5, 0, 1);
}

/** Covers a part of the canvas with a colour, as much as `amount` says for each pixel. */
function blend(
  canvas: Canvas,
  [left, top, right, bottom]: readonly [number, number, number, number],
  [light, b, r]: Colour,
  amount: (column: number, row: number) => number,
): void {
  for (let row = top; row < bottom; row++)
    for (let column = left; column < right; column++) {
      const share = amount(column, row);
      if (!share) continue;
      const at = row * canvas.width + column;
      canvas.luma[at] += (light - canvas.luma[at]) * share;
      if (row & 1 || column & 1) continue;
      const half = (row >> 1) * (canvas.width >> 1) + (column >> 1);
      canvas.blue[half] += (b - canvas.blue[half]) * share;
      canvas.red[half] += (r - canvas.red[half]) * share;
    }
}

export class Boat {
  private readonly size: number;

  /** A boat `size` pixels from its middle to its bow, on water whose mirror image is at `row`. */
  constructor(
    private readonly stage: Stage,
    size: number,
    private readonly row: number,
    private readonly ambient: Colour,
  ) {
    this.size = Math.max(size, 6);
  }

  /** Where the boat is now: it crosses the picture once per clip, rocking, and leaves between loops. */
  draw(canvas: Canvas, seconds: number): void {
    const { stage, size } = this;
    const room = (1.2 * size) / stage.width;
    const across = (modulo(0.4 + seconds / stage.seconds, 1) * (1 + 2 * room) - room) * stage.width;
    const turn = stage.angle(0.7, seconds);
    const tilt = 0.055 * Math.sin(turn + 1.1) + 0.02 * Math.sin(stage.angle(1.3, seconds));
    const down = this.row + 0.035 * size * Math.sin(turn);
    this.drawImage(canvas, across, down, tilt, stage.angle(1.1, seconds));
    this.drawFolds(canvas, across, down, tilt);
  }

  private patch(
    canvas: Canvas,
    across: number,
    top: number,
    bottom: number,
  ): readonly [number, number, number, number] {
    const [left, right] = [across - BESIDE * this.size, across + BESIDE * this.size];
    return [
      Math.max(left, 0) | 0,
      Math.max(top, 0) | 0,
      Math.min(right, canvas.width) | 0,
      Math.min(bottom, canvas.height) | 0,
    ];
  }

  private drawFolds(canvas: Canvas, across: number, down: number, tilt: number): void {
    const { size } = this;
    const patch = this.patch(canvas, across, down - ABOVE * size, down + 0.15 * size);
    const [c, s] = [Math.cos(tilt), Math.sin(tilt)];
    for (const { bright, edges } of FOLDS)
      blend(canvas, patch, this.paper(bright), (column, row) => {
        const x = (column - across) / size;
        const y = (row - down) / size;
        return cover(edges, x * c + y * s, y * c - x * s, 1 / size);
      });
  }

  /** The same folds upside down, bent by small waves and fading with depth. */
  private drawImage(canvas: Canvas, across: number, down: number, tilt: number, turn: number): void {
    const { size } = this;
    const patch = this.patch(canvas, across, down, down + 0.75 * size);
    const [c, s] = [Math.cos(tilt), Math.sin(tilt)];
    for (const { bright, edges } of FOLDS)
      blend(canvas, patch, this.paper(bright * 0.85), (column, row) => {
        const depth = Math.max((row - down) / size, 0);
        const x = (column - across) / size + 0.05 * Math.sin(depth * 26 - turn) * Math.min(depth * 4, 1);
        return cover(edges, x * c - depth * s, -1.25 * depth, 1.5 / size) * 0.55 * fading(1.6 * depth);
      });
  }

  /** Paper in the light of the scene. */
  private paper(bright: number): Colour {
    return scale(mix(PAPER, this.ambient, 0.28), bright);
  }
}
