// Small bright things by the hundred: stars, rain, lamps.
import type { Canvas } from "./canvas";
import type { Colour } from "./colour";
import { clamp, fading } from "./numbers";

/** A stamp ends where its light has fallen below 3 %. */
const REACH = 1.9;

/** Adds a round spot to a plane, centred between pixels where it belongs, so that a slow one glides. */
function stamp(
  plane: Float32Array,
  width: number,
  across: number,
  down: number,
  amount: number,
  radius: number,
): void {
  const rows = plane.length / width;
  const reach = Math.max(1, Math.ceil(REACH * radius));
  const [x, y] = [Math.floor(across), Math.floor(down)];
  const [left, right] = [Math.max(0, x - reach), Math.min(width - 1, x + reach)];
  for (let row = Math.max(0, y - reach); row <= Math.min(rows - 1, y + reach); row++) {
    const tall = amount * fading(((row - down) / radius) ** 2);
    for (let column = left; column <= right; column++)
      plane[row * width + column] += tall * fading(((column - across) / radius) ** 2);
  }
}

/** Adds a spot of light at (across, down) in pixels; without a colour it is white. */
export function splat(
  canvas: Canvas,
  across: number,
  down: number,
  amount: number,
  radius: number,
  colour?: Colour,
): void {
  const [luma, blue, red] = colour ?? [1, 0, 0];
  stamp(canvas.luma, canvas.width, across, down, amount * luma, Math.max(radius, 0.5));
  if (!colour) return;
  const half = Math.max(radius * 0.5, 0.6);
  stamp(canvas.blue, canvas.width >> 1, across * 0.5, down * 0.5, amount * blue, half);
  stamp(canvas.red, canvas.width >> 1, across * 0.5, down * 0.5, amount * red, half);
}

/** How bright a streak is along its way: it fades at both ends. */
const profiles = new Map<number, Float64Array>();

function profile(samples: number): Float64Array {
  const one =
    profiles.get(samples) ??
    Float64Array.from({ length: samples }, (_, at) =>
      Math.sqrt(clamp(Math.sin((at / (samples - 1)) * Math.PI), 0, 1)),
    );
  profiles.set(samples, one);
  return one;
}

/** Adds a thin white line that starts at (across, down) and runs (right, under) pixels. */
export function streak(
  canvas: Canvas,
  across: number,
  down: number,
  right: number,
  under: number,
  amount: number,
): void {
  const { width, height, luma } = canvas;
  const samples = Math.max(3, Math.trunc(Math.abs(under)));
  const lights = profile(samples);
  for (let at = 0; at < samples; at++) {
    const share = at / (samples - 1);
    const x = across + share * right;
    const row = Math.floor(down + share * under);
    const left = Math.floor(x);
    if (left < 0 || left >= width - 1 || row < 0 || row >= height) continue;
    const light = amount * lights[at];
    luma[row * width + left] += light * (1 - (x - left));
    luma[row * width + left + 1] += light * (x - left);
  }
}
