/**
 * Checks a request against its model as the kernel does (`catalog/validation.py`), by the limits that come with the model.
 * `tests/catalog/request_cases.json` holds both to the same refusals in the same words.
 */

import type { ModelView, RequestView, SizeRangeView } from "../kernel/protocol.gen";
import { strings } from "../parts/strings";
import { type Pixels, parsePixels, supportsDuration, supportsSize } from "../state/limits";
import type { FieldError } from "../state/request-draft";
import { integer } from "../text/format";
import { fill } from "../text/template";

type Check = (request: RequestView, model: ModelView) => FieldError | null;

const invalid = strings.invalid;
/** What Python's `str.strip` removes. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: four of them are separators, which Python strips too
const BLANK = /^[\p{White_Space}\u001c-\u001f]*$/u;
const LONE_SURROGATE = /\p{Cs}/u;

/** The length of a text in Unicode code points, as Python counts. */
export const countCharacters = (text: string): number => [...text].length;

/** The first reason to refuse a request, or null. */
export function validate(request: RequestView, model: ModelView): FieldError | null {
  for (const check of checks) {
    const error = check(request, model);
    if (error !== null) return error;
  }
  return null;
}

const checkPrompt: Check = ({ prompt }, model) => {
  const refuse = (message: string): FieldError => ({ field: "prompt", message });
  if (BLANK.test(prompt) && !model.prompt_optional) return refuse(invalid.emptyPrompt);
  const count = countCharacters(prompt);
  const values = { count: integer(count), limit: integer(model.longest_prompt) };
  if (count > model.longest_prompt) return refuse(fill(invalid.longPrompt, values));
  return prompt.includes("\0") || LONE_SURROGATE.test(prompt) ? refuse(invalid.notText) : null;
};

const checkSeed: Check = ({ seed }, { largest_seed }) => {
  if (seed === null || (seed >= 0 && seed <= largest_seed)) return null;
  const values = { seed: String(BigInt(seed)), largest: String(largest_seed) };
  return { field: "seed", message: fill(invalid.seed, values) };
};

const checkDuration: Check = ({ duration }, model) => {
  if (duration === null || supportsDuration(duration, model)) return null;
  const { shortest, longest } = model;
  const ends = longest === null ? [shortest] : [shortest, longest];
  const offered = model.durations.length > 0 ? model.durations : ends;
  const nearest = String(findNearest(offered, (one) => Math.abs(one - duration)));
  const values = { model: model.id, duration: String(duration), choice: listLengths(model), nearest };
  return { field: "duration", message: fill(invalid.duration, values) };
};

function listLengths({ durations, shortest, longest }: ModelView): string {
  if (durations.length > 0) return fill(invalid.lengths, { list: joinOr(durations.map(String)) });
  if (longest === null) return fill(invalid.lengthsFrom, { shortest: String(shortest) });
  return fill(invalid.lengthsBetween, { shortest: String(shortest), longest: String(longest) });
}

const checkSize: Check = ({ size }, model) => {
  if (size === null) return null;
  if ((model.sizes.length === 0 || model.size_range) && parsePixels(size) === null)
    return { field: "size", message: fill(invalid.notASize, { size }) };
  if (model.sizes.length === 0 || supportsSize(size, model)) return null;
  const choice = joinOr([...model.sizes, ...(model.size_range ? [describeRange(model.size_range)] : [])]);
  const values = { model: model.id, size, choice, nearest: findNearestSize(size, model.sizes) };
  return { field: "size", message: fill(invalid.size, values) };
};

function describeRange({ multiple, smallest, largest, shortest_side, longest_side }: SizeRangeView): string {
  const values = { smallest, largest, shortest: String(shortest_side), longest: String(longest_side) };
  return fill(multiple === 2 ? invalid.evenSizes : invalid.multipleSizes, {
    ...values,
    multiple: String(multiple),
  });
}

/** The offered size that is nearest in shape, then in width. */
function findNearestSize(size: string, sizes: readonly string[]): string {
  const [width, height] = parsePixels(size) ?? [];
  if (width === undefined || height === undefined) return sizes[0] ?? "";
  const shapeDistance = ([w, h]: Pixels) => Math.abs(w / h - width / height);
  const offered = sizes.map((one) => parsePixels(one) ?? ([1, 1] as const));
  const least = Math.min(...offered.map(shapeDistance));
  const alike = offered.filter((one) => shapeDistance(one) === least);
  return findNearest(alike, ([w]) => Math.abs(w - width)).join("x");
}

const checkChoices: Check = (request, model) => {
  const offered = { aspect: model.aspects, resolution: model.resolutions };
  for (const field of ["aspect", "resolution"] as const) {
    const value = request[field];
    if (value === null || offered[field].length === 0 || offered[field].includes(value)) continue;
    const values = { model: model.id, field, value, choice: joinOr(offered[field]) };
    return { field, message: fill(invalid.choice, values) };
  }
  return null;
};

const checkFps: Check = ({ fps }, { id, slowest_fps, fastest_fps }) => {
  const least = slowest_fps ?? 1;
  if (fps === null || (fps >= least && (fastest_fps === null || fps <= fastest_fps))) return null;
  const values = { model: id, least: String(least), most: String(fastest_fps) };
  return { field: "fps", message: fill(fastest_fps === null ? invalid.fpsFrom : invalid.fpsBetween, values) };
};

const checkCount: Check = ({ n }, { id, takes, most }) => {
  if (n === null || !takes.includes("n") || (n >= 1 && n <= most)) return null;
  return { field: "n", message: fill(invalid.count, { model: id, most: String(most) }) };
};

/** Must be of the requested size where the model wants that, unless it is made to fit. */
const checkImage: Check = ({ image, size: asked, fit }, model) => {
  const size = asked ?? model.default_size;
  const { width, height } = image ?? { width: null, height: null };
  if (!model.image_matches_size || fit !== null || width === null || height === null || size === null)
    return null;
  const given = `${width}x${height}`;
  if (given === size) return null;
  return { field: "image", message: fill(invalid.image, { given, model: model.id, size }) };
};

const checks: readonly Check[] = [
  checkPrompt,
  checkSeed,
  checkDuration,
  checkSize,
  checkChoices,
  checkFps,
  checkCount,
  checkImage,
];

function findNearest<T>(values: readonly T[], distance: (value: T) => number): T {
  return values.reduce((best, value) => (distance(value) < distance(best) ? value : best));
}

const joinOr = (list: readonly string[]): string =>
  list.length > 1
    ? fill(invalid.or, { list: list.slice(0, -1).join(", "), last: list.at(-1) })
    : (list[0] ?? "");
