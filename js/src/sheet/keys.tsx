/** The keys of a sheet or a strip, in its foot. */

import { strings } from "./strings";

export type KeyRow<Name extends string> = readonly [keys: readonly string[], name: Name];

interface KeysProps<Name extends string> {
  readonly keys: readonly KeyRow<Name>[];
  readonly names: Readonly<Record<Name, string>>;
}

export function Keys<Name extends string>({ keys: rows, names }: KeysProps<Name>) {
  return (
    <p class="videogen-keys">
      <span class="videogen-visually-hidden">{strings.keys}</span>
      {rows.map(([keys, name]) => (
        <span key={name}>
          {keys.map((key) => (
            <kbd key={key} dir="ltr">
              {key}
            </kbd>
          ))}{" "}
          {names[name]}
        </span>
      ))}
    </p>
  );
}
