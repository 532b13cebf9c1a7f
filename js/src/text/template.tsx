/** Turns the templates of `strings.ts` into text, isolating every value so that right-to-left text stays readable. */

import type { ComponentChildren } from "preact";

export type Values = Readonly<Record<string, string | undefined>>;

const TOKEN = /\{(\w+)\}|\[(\w+)\]|\*([^*]+)\*/;

const names = (part: string) =>
  [...part.matchAll(/\{(\w+)\}|\[(\w+)\]/g)].map((found) => found[1] ?? found[2] ?? "");

/** The parts whose values are all known. */
export const known = (parts: readonly string[], values: Values): readonly string[] =>
  parts.filter((part) => names(part).every((name) => values[name] !== undefined && values[name] !== ""));

/** As plain text, for attributes. */
export const fill = (part: string, values: Values = {}): string =>
  part
    .replaceAll(/\{(\w+)\}|\[(\w+)\]/g, (_, number, name) => values[number ?? name] ?? "")
    .replaceAll("*", "");

function pieces(part: string, values: Values): ComponentChildren[] {
  const found = TOKEN.exec(part);
  if (found === null) return [part];
  const [token, number, name, strong] = found;
  const value = number ? (
    <bdi dir="ltr">{values[number]}</bdi>
  ) : name ? (
    <bdi>{values[name]}</bdi>
  ) : (
    <b>{pieces(strong ?? "", values)}</b>
  );
  return [part.slice(0, found.index), value, ...pieces(part.slice(found.index + token.length), values)];
}

interface SayProps {
  readonly parts: readonly string[];
  readonly values?: Values;
  readonly between?: string;
}

export function Say({ parts, values = {}, between = " " }: SayProps) {
  return (
    <>{known(parts, values).flatMap((part, index) => [index > 0 ? between : "", ...pieces(part, values)])}</>
  );
}
