/** Renders the templates of `strings.ts`; every value is isolated, so that mixed text directions stay readable. */

import type { ComponentChildren } from "preact";

export type Values = Readonly<Record<string, string | undefined>>;

const TOKEN = /\{(\w+)\}|\[(\w+)\]|\*([^*]+)\*/;

const findNames = (part: string) =>
  [...part.matchAll(/\{(\w+)\}|\[(\w+)\]/g)].map((found) => found[1] ?? found[2] ?? "");

/** The parts that have a value for each of their names. */
export const getKnownParts = (parts: readonly string[], values: Values): readonly string[] =>
  parts.filter((part) => findNames(part).every((name) => values[name] !== undefined && values[name] !== ""));

/** Render a template as plain text, for attributes. */
export const fill = (part: string, values: Values = {}): string =>
  part
    .replaceAll("*", "")
    .replaceAll(/\{(\w+)\}|\[(\w+)\]/g, (_, number, name) => values[number ?? name] ?? "");

function renderPart(part: string, values: Values): ComponentChildren[] {
  const found = TOKEN.exec(part);
  if (found === null) return [part];
  const [token, number, name, strong] = found;
  const value = number ? (
    <bdi dir="ltr">{values[number]}</bdi>
  ) : name ? (
    <bdi>{values[name]}</bdi>
  ) : (
    <b>{renderPart(strong ?? "", values)}</b>
  );
  return [part.slice(0, found.index), value, ...renderPart(part.slice(found.index + token.length), values)];
}

interface TemplateProps {
  readonly parts: readonly string[];
  readonly values?: Values;
  readonly between?: string;
}

export function Template({ parts, values = {}, between = " " }: TemplateProps) {
  return (
    <>
      {getKnownParts(parts, values).flatMap((part, index) => [
        index > 0 ? between : "",
        ...renderPart(part, values),
      ])}
    </>
  );
}
