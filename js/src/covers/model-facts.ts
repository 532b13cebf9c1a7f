/** What the list says of a model, and what it takes: pure functions. */

import { formatLengths, formatPrice } from "../form/model-picker";
import type { FormView, ModelView, RequestView } from "../kernel/protocol.gen";
import { strings } from "../parts/strings";
import { supportsDuration } from "../state/limits";
import { estimateCost } from "../state/prices";
import * as format from "../text/format";
import { fill } from "../text/template";

/** What a model may take beside a text, in the order in which it is said. */
export const kinds = ["image", "last_frame", "references", "audio", "sound"] as const;
export type Kind = (typeof kinds)[number];

export const getKinds = ({ takes }: ModelView): readonly Kind[] =>
  kinds.filter((kind) => takes.includes(kind));

export const nameKinds = (taken: readonly Kind[]): string =>
  [strings.textInput, ...taken.map((kind) => strings.takesKinds[kind])].join(", ");

/** Says that they are not published where nobody knows them; empty where the model takes no such setting. */
export function describeLengths(model: ModelView): string {
  if (!model.takes.includes("duration")) return "";
  const lengths = formatLengths(model);
  return lengths === undefined ? strings.noLengths : `${lengths} s`;
}

const getArea = (size: string): number => {
  const [width, height] = format.dimensions(size) ?? [0, 0];
  return width * height;
};

/** The largest size, else the resolutions. */
export function describeSizes({ takes, sizes, size_range, resolutions }: ModelView): string {
  const named = size_range ? [...sizes, size_range.largest] : sizes;
  const largest = named.reduce((most, size) => (getArea(size) > getArea(most) ? size : most), "");
  if (largest) return fill(strings.upTo, { size: format.size(largest) });
  if (resolutions.length > 0) return resolutions.join(", ");
  return takes.includes("size") || takes.includes("resolution") ? strings.noSizes : "";
}

export function describePrice(model: ModelView, { free }: FormView): string {
  if (free) return strings.free;
  const price = formatPrice(model);
  if (price === undefined) return strings.noPrice;
  return model.price?.per_clip == null ? price : fill(strings.perClip, { cost: price });
}

export const describeUsual = ({ usual, runs }: ModelView): string =>
  usual === null
    ? strings.notUsed
    : fill(strings.usualRuns, { usual: format.duration(usual), runs: format.integer(runs) });

/** What the request of the form would cost with a model; a length that it does not make is its usual one. */
export function priceRequest(request: RequestView, model: ModelView): number | null {
  const { duration } = request;
  const fits = duration !== null && supportsDuration(duration, model);
  return estimateCost({ ...request, model: model.id, duration: fits ? duration : null }, model);
}

export const orders = ["price", "name", "time"] as const;
export type Order = (typeof orders)[number];

const last = (value: number | null): number => value ?? Number.POSITIVE_INFINITY;

/** Unknown prices and times come last. */
export function sortModels(
  models: readonly ModelView[],
  order: Order,
  request: RequestView,
): readonly ModelView[] {
  if (order === "name") return [...models].sort((one, other) => one.title.localeCompare(other.title));
  const rank =
    order === "time" ? ({ usual }: ModelView) => usual : (one: ModelView) => priceRequest(request, one);
  return [...models].sort((one, other) => {
    const [first, second] = [last(rank(one)), last(rank(other))];
    return first === second ? 0 : first - second;
  });
}

export interface ModelGroup {
  readonly taken: readonly Kind[];
  readonly models: readonly ModelView[];
}

/** Models by what they take, those that take least first; each is in one group. */
export function groupModels(models: readonly ModelView[]): readonly ModelGroup[] {
  const groups = new Map<string, ModelView[]>();
  for (const model of models) {
    const taken = getKinds(model).join();
    groups.set(taken, [...(groups.get(taken) ?? []), model]);
  }
  return [...groups.values()]
    .map((members) => ({ taken: getKinds(members[0] as ModelView), models: members }))
    .sort((one, other) => one.taken.length - other.taken.length);
}
