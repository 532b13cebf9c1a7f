/** What a request will cost, worked out as the kernel does it (`core/prices.py`); `tests/catalog/request_cases.json` holds both. */

import type { ModelView, PriceView, RateView, RequestView } from "../kernel/protocol.gen";

/** Further names of resolutions, by their lines. */
const lines: Record<number, readonly string[]> = { 1440: ["2k"], 2160: ["4k"] };

/** Dollars, or null where no price is known. What is left open is what the model takes by default. */
export function estimateCost(request: RequestView, model: ModelView): number | null {
  const { price } = model;
  if (price === null) return null;
  const clips = request.n || 1;
  if (price.per_clip !== null) return clips * price.per_clip;
  const duration = request.duration ?? model.default_duration;
  const size = request.size ?? (request.aspect === null ? model.default_size : null);
  const second = findRate(request, size, price);
  if (second === null || duration === null) return null;
  return clips * (duration * second + countPictures(request) * (price.per_image ?? 0));
}

/** Dollars a second: of the rates that agree with most of what was asked for, the highest. */
function findRate(request: RequestView, size: string | null, price: PriceView): number | null {
  if (price.rates.length === 0) return price.by_size[size ?? ""] ?? price.per_second;
  const asked = resolutionNames(request.resolution, size);
  const scores = price.rates.map((rate) => agreement(request, asked, rate));
  const best = Math.max(...scores);
  return best < 0
    ? null
    : Math.max(...price.rates.filter((_, at) => scores[at] === best).map((rate) => rate.per_second));
}

/** How many conditions of a rate a request meets; -1 where it contradicts one. */
function agreement(request: RequestView, asked: readonly string[], rate: RateView): number {
  const met = [
    rate.resolution === null || asked.length === 0 ? null : asked.includes(rate.resolution.toLowerCase()),
    rate.sound === null || request.sound === null ? null : rate.sound === request.sound,
    rate.image === null ? null : rate.image === (request.image !== null),
  ];
  return met.includes(false) ? -1 : met.filter((one) => one === true).length;
}

/** What a resolution is called in price lists; nothing where it is left open. A size goes by its shorter side. */
function resolutionNames(resolution: string | null, size: string | null): readonly string[] {
  if (resolution !== null) return [resolution.toLowerCase()];
  const sides = size?.split("x").map(Number) ?? [];
  const short = Math.min(...sides);
  return sides.length === 2 && Number.isInteger(short) ? [`${short}p`, ...(lines[short] ?? [])] : [];
}

function countPictures(request: RequestView): number {
  return [request.image, request.last_frame].filter((one) => one !== null).length + request.references.length;
}
