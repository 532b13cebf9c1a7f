/** Formats numbers, times and sizes in the language of the page. */

import { strings } from "./strings";

const language = (typeof document === "undefined" ? "" : document.documentElement.lang) || undefined;
/** No-break space: keeps a number and its unit on one line. */
const NO_BREAK_SPACE = "\u00a0";

const formats = new Map<string, Intl.NumberFormat>();
function number(value: number, options: Intl.NumberFormatOptions = {}): string {
  const key = JSON.stringify(options);
  let format = formats.get(key);
  if (format === undefined) {
    format = new Intl.NumberFormat(language, options);
    formats.set(key, format);
  }
  return format.format(value).replaceAll(" ", NO_BREAK_SPACE);
}

const unit = (value: number, name: string, digits = 0) =>
  number(value, { style: "unit", unit: name, unitDisplay: "short", maximumFractionDigits: digits });

export const integer = (value: number): string => number(value, { maximumFractionDigits: 0 });

/** "62 %", with the same space in every language: the percent style of Intl has it in some and not in others. */
export const percent = (value: number): string => `${integer(Math.floor(value))}${NO_BREAK_SPACE}%`;

/** "8 s" */
export const seconds = (value: number): string =>
  `${number(value, { maximumFractionDigits: 1 })}${NO_BREAK_SPACE}s`;

/** "0:41", "1:02:03": the same in every language. */
export function clock(elapsed: number): string {
  const total = Math.max(0, Math.floor(elapsed));
  const two = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor(total / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(total % 60)}` : `${minutes}:${two(total % 60)}`;
}

/** "1 min 6 s" */
export function duration(elapsed: number): string {
  const total = Math.max(0, Math.round(elapsed));
  if (total < 60) return seconds(total);
  const minutes = Math.floor(total / 60);
  if (minutes < 60)
    return total % 60 === 0 ? unit(minutes, "minute") : `${unit(minutes, "minute")} ${seconds(total % 60)}`;
  return `${unit(Math.floor(minutes / 60), "hour")} ${unit(minutes % 60, "minute")}`;
}

const sizes = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

function pickUnit(value: number): { by: number; name: (typeof sizes)[number]; digits: number } {
  const step = value < 1000 ? 0 : value < 1e6 ? 1 : value < 1e9 ? 2 : 3;
  return { by: 1000 ** step, name: sizes[step] ?? "byte", digits: step >= 2 ? 1 : 0 };
}

/** "3.8 MB" */
export function bytes(value: number): string {
  const { by, name, digits } = pickUnit(value);
  return unit(value / by, name, digits);
}

/** The "3.1" of "3.1 of 9.8 MB", in the unit of the whole. */
export function partialBytes(value: number, whole_: number): string {
  const { by, digits } = pickUnit(whole_);
  return number(value / by, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** "1280×720" */
export const size = (value: string): string => value.replace(/x/i, "×");

export function dimensions(value: string | null): readonly [width: number, height: number] | null {
  const match = /^(\d+)x(\d+)$/i.exec(value ?? "");
  const width = Number(match?.[1]);
  const height = Number(match?.[2]);
  return width > 0 && height > 0 ? [width, height] : null;
}

const shapes = [
  [16, 9],
  [9, 16],
  [1, 1],
  [4, 3],
  [3, 4],
  [21, 9],
  [3, 2],
  [2, 3],
] as const;

/** "16:9", also where the pixels are a little off (854x480); null where no common shape is near. */
export function aspectRatio(value: string | null): string | null {
  const found = dimensions(value);
  if (found === null) return null;
  const ratio = found[0] / found[1];
  const near = shapes.find(([width, height]) => Math.abs((ratio * height) / width - 1) < 0.02);
  return near ? `${near[0]}:${near[1]}` : null;
}

const dates = new Map<string, Intl.DateTimeFormat>();
/** Making a format takes longer than all else that a tile of the library does: one is kept for each use. */
function date(epochSeconds: number, options: Intl.DateTimeFormatOptions): string {
  const key = Object.keys(options).join();
  const format = dates.get(key) ?? new Intl.DateTimeFormat(language, options);
  dates.set(key, format);
  return format.format(epochSeconds * 1000);
}

export const dateTime = (epochSeconds: number): string =>
  date(epochSeconds, { dateStyle: "medium", timeStyle: "medium" });

/** "12 Nov" */
export const day = (epochSeconds: number): string => date(epochSeconds, { day: "numeric", month: "short" });

/** "$0.80", or the word for free; amounts are in dollars. */
export const dollars = (amount: number): string =>
  amount === 0
    ? strings.free
    : `$${amount.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: amount < 0.1 ? 4 : 2 })}`;

/** Leave out the middle of a long name: its start says what it is, its end tells it from others. */
export function shortenMiddle(text: string, limit: number): string {
  const characters = [...text];
  if (characters.length <= limit) return text;
  const end = Math.floor(limit / 3);
  return `${characters.slice(0, limit - end - 1).join("")}…${characters.slice(-end).join("")}`;
}
