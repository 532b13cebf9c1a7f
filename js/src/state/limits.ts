/** What a model is known to make: lengths in seconds, sizes as "WxH". */

import type { ModelView, SizeRangeView } from "../kernel/protocol.gen";

export type Pixels = readonly [width: number, height: number];

/** Whether a model is known to make a length, in seconds. */
export function supportsDuration(duration: number, model: ModelView): boolean {
  if (model.durations.length > 0) return model.durations.includes(duration);
  return duration >= model.shortest && (model.longest === null || duration <= model.longest);
}

/** Whether a model is known to make a size, "WxH"; any size where only the provider knows them. */
export function supportsSize(size: string, { sizes, size_range }: ModelView): boolean {
  if (sizes.length === 0) return size_range === null || isInRange(size, size_range);
  return sizes.includes(size) || (size_range !== null && isInRange(size, size_range));
}

export function parsePixels(size: string): Pixels | null {
  const match = /^([1-9]\d{0,4})x([1-9]\d{0,4})$/.exec(size);
  return match && [Number(match[1]), Number(match[2])];
}

const getArea = (size: string): number => {
  const [width, height] = parsePixels(size) ?? [0, 0];
  return width * height;
};

function isInRange(size: string, range: SizeRangeView): boolean {
  const sides = parsePixels(size);
  if (sides === null) return false;
  const fits = (side: number) =>
    side % range.multiple === 0 && side >= range.shortest_side && side <= range.longest_side;
  const area = getArea(size);
  return sides.every(fits) && area >= getArea(range.smallest) && area <= getArea(range.largest);
}
