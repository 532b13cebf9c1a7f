// The finish: from a canvas to a frame of eight bits, without tinted whites, bands or flicker.
import type { Canvas } from "./canvas";
import type { RandomStream } from "./random";

/** Limited range, as every player expects of video. */
const [BLACK, WHITE] = [16, 235];
const CORNERS = 0.16;

/** Fast chance for grain, which needs millions of numbers (xorshift by Marsaglia, 32 bits). */
function makeNoise(stream: RandomStream): () => number {
  let state = stream.word() || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** How much colour a brightness can carry, times the 224 steps of colour; black and white carry none. */
function colourLimit(light: number): number {
  const limit = Math.min((1.03 - light) * 1568, light * 1344);
  return limit < 0 ? 0 : limit > 224 ? 224 : limit;
}

/** Dither of one step either way, likeliest in the middle. */
function triangular(noise: () => number, count: number): Float32Array {
  const values = new Float32Array(count);
  for (let at = 0; at < count; at++) values[at] = noise() - noise();
  return values;
}

/** Film grain of one step, a little larger than a pixel so that it survives encoding. */
function softGrain(noise: () => number, rows: number, columns: number): Float32Array {
  const wide = columns + 1;
  const points = new Float32Array((rows + 1) * wide);
  for (let at = 0; at < points.length; at++)
    points[at] = (noise() + noise() + noise() + noise() - 2) * Math.sqrt(3);
  const grain = new Float32Array(rows * columns);
  for (let row = 0, at = 0; row < rows; row++)
    for (let column = 0; column < columns; column++, at++) {
      const from = row * wide + column;
      grain[at] = (points[from] + points[from + 1] + points[from + wide] + points[from + wide + 1]) * 0.5;
    }
  return grain;
}

/** A frame as I420: a plane of light, then two of colour at half size. */
export type Pixels = Uint8Array<ArrayBuffer>;

/**
 * Baked once per clip: the darkening toward the corners, and grain that stays still. Dither alone is eaten by the encoder,
 * moving grain costs bytes and flickers; one still sheet keeps dark gradients smooth.
 */
export class Finish {
  private readonly vignette: Float32Array;
  private readonly grain: Float32Array;
  private readonly colourGrain: Float32Array;
  private readonly pixels: Pixels;

  constructor(width: number, height: number, stream: RandomStream) {
    const noise = makeNoise(stream);
    this.vignette = new Float32Array(width * height);
    this.pixels = new Uint8Array((width * height * 3) >> 1);
    for (let row = 0, at = 0; row < height; row++)
      for (let column = 0; column < width; column++, at++) {
        const x = (2 * column) / width - 1;
        const y = (2 * row) / height - 1;
        const away = Math.min(0.8 * x * x + 0.7 * y * y, 1.6);
        this.vignette[at] = (WHITE - BLACK) * (1 - CORNERS * away ** 1.3);
      }
    this.grain = triangular(noise, width * height);
    softGrain(noise, height, width).forEach((value, at) => {
      this.grain[at] += value + BLACK + 0.5;
    });
    this.colourGrain = triangular(noise, (width * height) >> 2);
  }

  /** The frame, which the next one overwrites; the canvas is used up. */
  run({ width, height, luma, blue, red }: Canvas): Pixels {
    const { pixels } = this;
    const quarter = (width * height) >> 2;
    this.finishColour(pixels, 4 * quarter, width, luma, blue);
    this.finishColour(pixels, 5 * quarter, width, luma, red);
    for (let at = 0; at < luma.length; at++) {
      const light = luma[at];
      const inside = light < 0 ? 0 : light > 1 ? 1 : light;
      const value = inside * this.vignette[at] + this.grain[at];
      pixels[at] = (value < BLACK ? BLACK : value > WHITE ? WHITE : value) | 0;
    }
    return pixels;
  }

  private finishColour(
    pixels: Pixels,
    start: number,
    width: number,
    luma: Float32Array,
    plane: Float32Array,
  ): void {
    const half = width >> 1;
    for (let at = 0; at < plane.length; at++) {
      const row = Math.trunc(at / half);
      const light = luma[2 * row * width + 2 * (at - row * half)];
      const value = plane[at] * colourLimit(light) + this.colourGrain[at] + 128.5;
      pixels[start + at] = (value < BLACK ? BLACK : value > 240 ? 240 : value) | 0;
    }
  }
}
