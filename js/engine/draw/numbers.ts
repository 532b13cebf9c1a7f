// Small functions over numbers that every part of a picture uses.

export const TAU = 2 * Math.PI;

export function clamp(value: number, low: number, high: number): number {
  return value < low ? low : value > high ? high : value;
}

/** Falls from 1 as exp(-distance), but never below 4e-11: smaller light only troubles the processor. */
export function fading(distance: number): number {
  return Math.exp(-Math.min(distance, 24));
}

/** Rises smoothly from 0 at `start` to 1 at `stop`; `start` may be the larger one. */
export function smoothstep(start: number, stop: number, value: number): number {
  const rising = clamp((value - start) / (stop - start), 0, 1);
  return rising * rising * (3 - 2 * rising);
}

/** Colour has half the resolution of light, so everything starts at even rows and columns. */
export function floorToEven(value: number): number {
  return Math.trunc(value) & ~1;
}

/** The remainder that is never negative. */
export function modulo(value: number, size: number): number {
  return value - Math.floor(value / size) * size;
}

/** Rounds halves to the even number, as Python does, so that both engines count the same turns. */
export function roundEven(value: number): number {
  const low = Math.floor(value);
  if (value - low !== 0.5) return Math.round(value);
  return low % 2 === 0 ? low : low + 1;
}
