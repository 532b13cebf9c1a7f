/** Pseudo-localization: the page's texts, longer and accented. It shows what does not fit, and texts outside the table. */

import { en, type StringTable } from "../src/text/strings";

export type { Lines, Strings, StringTable, Widened } from "../src/text/strings";

const accents: Readonly<Record<string, string>> = {
  a: "á",
  c: "ç",
  e: "ë",
  i: "ï",
  n: "ñ",
  o: "ø",
  s: "š",
  u: "ü",
  A: "Å",
  C: "Ç",
  E: "É",
  S: "Š",
  W: "Ŵ",
};
/** Placeholders stay as they are. */
const PLACES = /(\{\w+\}|\[\w+\])/;

function lengthenText(text: string): string {
  if (text === "") return text;
  const accented = text
    .split(PLACES)
    .map((part) =>
      PLACES.test(part) ? part : part.replaceAll(/[a-zA-Z]/g, (letter) => accents[letter] ?? letter),
    )
    .join("");
  return `${accented}${"·".repeat(
    Math.ceil(
      text
        .split(PLACES)
        .filter((_, at) => at % 2 === 0)
        .join("").length * 0.4,
    ),
  )}`;
}

export function lengthen<T>(value: T): T {
  if (typeof value === "string") return lengthenText(value) as T;
  if (Array.isArray(value)) return value.map(lengthen) as T;
  return Object.fromEntries(Object.entries(value as object).map(([name, one]) => [name, lengthen(one)])) as T;
}

export const getStrings = (): StringTable => lengthen(en as StringTable);
export const strings: StringTable = getStrings();
export { en };
