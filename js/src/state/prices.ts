/** What a request will cost, worked out as the kernel does it (`core/prices.py`); `tests/catalog/request_cases.json` holds both. */

import type { ModelView, RequestView } from "../kernel/protocol.gen";

/** Dollars, or null where no price is known. What is left open is what the model takes by default. */
export function estimateCost(request: RequestView, model: ModelView): number | null {
  const { price } = model;
  if (price === null) return null;
  const clips = request.n || 1;
  if (price.per_clip !== null) return clips * price.per_clip;
  const duration = request.duration ?? model.default_duration;
  const size = request.size ?? (request.aspect === null ? model.default_size : null);
  const second = price.by_size[size ?? ""] ?? price.per_second;
  return second === null || duration === null ? null : clips * duration * second;
}
