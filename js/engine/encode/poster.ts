// One frame as a picture.
import type { Pixels } from "../draw/finish";

const QUALITY = 0.86;

/** Screen colours of a frame after BT.709, limited range. */
function toRgba(pixels: Pixels, width: number, height: number): Uint8ClampedArray<ArrayBuffer> {
  const rgba = new Uint8ClampedArray(4 * width * height);
  const blues = width * height;
  const reds = blues + (blues >> 2);
  for (let at = 0; at < blues; at++) {
    const half = ((at / width) >> 1) * (width >> 1) + ((at % width) >> 1);
    const light = (pixels[at] - 16) * (255 / 219);
    const b = (pixels[blues + half] - 128) * (255 / 224);
    const r = (pixels[reds + half] - 128) * (255 / 224);
    rgba[4 * at] = light + 1.5748 * r;
    rgba[4 * at + 1] = light - 0.1873 * b - 0.4681 * r;
    rgba[4 * at + 2] = light + 1.8556 * b;
    rgba[4 * at + 3] = 255;
  }
  return rgba;
}

/** A WebP, or a PNG where the browser writes no WebP. */
export async function makePoster(pixels: Pixels, width: number, height: number): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("This browser gave no canvas for the poster.");
  context.putImageData(new ImageData(toRgba(pixels, width, height), width, height), 0, 0);
  return canvas.convertToBlob({ type: "image/webp", quality: QUALITY });
}
