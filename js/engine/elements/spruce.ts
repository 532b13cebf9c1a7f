// Spruces: narrow trees with drooping boughs, by the hundred, as one dark crest with gaps of sky.
import type { Colour } from "../draw/colour";
import { type Field, makeField } from "../draw/field";
import { Layer } from "../draw/layer";
import { clamp, smoothstep } from "../draw/numbers";
import type { RandomStream } from "../draw/random";
import type { Ground } from "./land";

/** Boughs end here on the way down, as a share of the height. */
const BARE = 0.96;

/** Plants trees about `tall` pixels high on uneven ground around the row `foot`, and returns what they cover. */
export function plantSpruces(
  ground: Ground,
  stream: RandomStream,
  foot: number,
  tall: number,
  count = 60,
): Field {
  const hills = ground.hills(stream, 420);
  const earth = hills.map((height) => foot + tall * 0.3 * height);
  const cover = makeField(ground.stage.height, ground.columns, (row, column) =>
    clamp(row - earth[column] + 0.5, 0, 1),
  );
  const trees = Math.max(6, Math.trunc((count * ground.columns) / (1280 * ground.stage.unit)));
  for (let tree = 0; tree < trees; tree++) {
    const middle = stream.number(-0.02, 1.02) * ground.columns;
    const high = tall * (0.35 + 0.75 * stream.number() ** 1.6);
    const column = clamp(Math.trunc(middle), 0, ground.columns - 1);
    plant(cover, middle, earth[column] + 0.06 * high, high, stream);
  }
  return cover;
}

/** Adds one tree: tiers that widen downward, each bough drooping toward its end. */
function plant(cover: Field, middle: number, foot: number, high: number, stream: RandomStream): void {
  const half = 0.2 * high;
  const tiers = Math.trunc(stream.number(9, 14));
  const lean = stream.number(0.85, 1.15);
  const left = Math.max(0, Math.trunc(middle - half) - 2);
  const right = Math.min(cover.columns, Math.trunc(middle + half) + 3);
  const bottom = Math.min(cover.rows, Math.trunc(foot) + 1);
  const trunk = Math.max(1, 0.012 * high);
  for (let row = Math.max(0, Math.trunc(foot - high)); row < bottom; row++) {
    const share = (row - (foot - high)) / high;
    const width = half * lean * clamp(share, 0, 1) ** 0.85;
    for (let column = left; column < right; column++) {
      const across = Math.abs(column - middle);
      const sunk = clamp(share - (0.42 * across) / high, 0, 1) * tiers;
      const reach = share < BARE ? width * (0.42 + 0.58 * (sunk - Math.floor(sunk))) : 0;
      const tree = clamp(Math.max(reach - across + 0.5, trunk * share - across + 0.3), 0, 1);
      const at = row * cover.columns + column;
      if (tree > cover.values[at]) cover.values[at] = tree;
    }
  }
}

/** Paints trees that stand on a row from one colour at the tips to another below. */
export function paintSpruces(cover: Field, height: number, top: Colour, foot: Colour): Layer {
  const { rows, columns, values } = cover;
  const share = Float32Array.from({ length: rows }, (_, row) =>
    smoothstep(height - 0.2 * rows, 1.06 * rows, row),
  );
  const part = (which: 0 | 1 | 2) =>
    makeField(rows, columns, (row, column) => {
      const colour = top[which] + (foot[which] - top[which]) * share[row];
      return colour * values[row * columns + column];
    });
  return new Layer([part(0), part(1), part(2)], cover);
}
