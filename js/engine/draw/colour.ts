// Colour: mixed in OKLab (https://bottosson.github.io/posts/oklab/), where steps look even, and drawn in Y'CbCr, where video lives.
import { clamp } from "./numbers";

type Triple = readonly [number, number, number];

/** Lightness, then green to red, then blue to yellow. */
export type Lab = Triple;
/** Light 0..1, then the blue and red differences around 0: Y'CbCr after BT.709, full range. */
export type Colour = Triple;
/** A place 0..1 and the colour there as "#rrggbb". */
export type Stop = readonly [number, string];

/** Entries of a baked ramp: finer than eight bits, so that looking up never bands. */
export const LEVELS = 1024;

function linear(encoded: number): number {
  return encoded <= 0.04045 ? encoded / 12.92 : ((encoded + 0.055) / 1.055) ** 2.4;
}

function encode(light: number): number {
  const inside = clamp(light, 0, 1);
  return inside <= 0.0031308 ? inside * 12.92 : 1.055 * inside ** (1 / 2.4) - 0.055;
}

export function labOf(code: string): Lab {
  const [r, g, b] = [1, 3, 5].map((at) => linear(Number.parseInt(code.slice(at, at + 2), 16) / 255)) as [
    number,
    number,
    number,
  ];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/** Screen colour 0..1. */
function rgbOf([lightness, a, b]: Lab): Triple {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    encode(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    encode(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    encode(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

export function codeOf(lab: Lab): string {
  return `#${rgbOf(lab)
    .map((part) =>
      Math.round(255 * part)
        .toString(16)
        .padStart(2, "0"),
    )
    .join("")}`;
}

function video(lab: Lab): Colour {
  const [r, g, b] = rgbOf(lab);
  const luma = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return [luma, (b - luma) / 1.8556, (r - luma) / 1.5748];
}

/** A single colour, ready to draw with. */
export function swatch(code: string): Colour {
  return video(labOf(code));
}

/** The colour that lies `share` of the way from one to the other. */
export function mix(one: Colour, other: Colour, share: number): Colour {
  return one.map((part, at) => part + (other[at] - part) * share) as unknown as Colour;
}

export function scale([luma, blue, red]: Colour, light: number, colour = light): Colour {
  return [luma * light, blue * colour, red * colour];
}

/** A ramp as three rows of LEVELS numbers. */
export interface Ramp {
  readonly luma: Float32Array;
  readonly blue: Float32Array;
  readonly red: Float32Array;
}

function interpolate(stops: readonly Stop[], labs: readonly Lab[], place: number): Lab {
  const next = stops.findIndex(([at]) => at > place);
  if (next === 0) return labs[0];
  if (next < 0) return labs[labs.length - 1];
  const [start, stop] = [stops[next - 1][0], stops[next][0]];
  return mix(labs[next - 1], labs[next], (place - start) / (stop - start));
}

/** Bakes stops; rounded at the stops, where the eye would see an edge. */
export function ramp(stops: readonly Stop[]): Ramp {
  const labs = stops.map(([, code]) => labOf(code));
  const mixed = Array.from({ length: LEVELS }, (_, at) => interpolate(stops, labs, at / (LEVELS - 1)));
  const [luma, blue, red] = [new Float32Array(LEVELS), new Float32Array(LEVELS), new Float32Array(LEVELS)];
  for (let at = 0; at < LEVELS; at++) [luma[at], blue[at], red[at]] = video(average(mixed, at));
  return { luma, blue, red };
}

function average(labs: readonly Lab[], middle: number): Lab {
  const reach = Math.trunc(LEVELS / 24);
  const sum = [0, 0, 0];
  for (let at = middle - reach; at <= middle + reach; at++)
    labs[clamp(at, 0, LEVELS - 1)].forEach((part, which) => {
      sum[which] += part;
    });
  return sum.map((part) => part / (2 * reach + 1)) as unknown as Lab;
}
