/** A control with its label above it and, when something is wrong with it, the words below. */

import type { ComponentChildren } from "preact";
import type { Flaw, Place as Name } from "../state/request-draft";
import { Icon } from "./icons";

export interface Wiring {
  readonly id: string;
  readonly name: string;
  readonly "aria-invalid"?: true;
  readonly "aria-describedby"?: string;
}

/** The attributes that tie a control to its label and to its flaw. */
export function wire(view: string, name: Name, flaw: Flaw | null): Wiring {
  const id = `${view}-${name}`;
  return flaw?.field === name
    ? { id, name: id, "aria-invalid": true, "aria-describedby": `${id}-flaw` }
    : { id, name: id };
}

function FlawText({ id, flaw }: { id: string; flaw: Flaw }) {
  return (
    <p class="videogen-flaw" id={id}>
      <Icon name="alert" />
      <bdi>{flaw.message}</bdi>
    </p>
  );
}

interface FieldProps {
  readonly view: string;
  readonly name: Name;
  readonly label: string;
  readonly flaw: Flaw | null;
  /** Several controls under one name. */
  readonly group?: boolean;
  readonly children: ComponentChildren;
}

export function Field({ view, name, label, flaw, group = false, children }: FieldProps) {
  const id = `${view}-${name}`;
  const text = flaw?.field === name && <FlawText id={`${id}-flaw`} flaw={flaw} />;
  if (group) {
    return (
      <fieldset class="videogen-field" aria-describedby={text ? `${id}-flaw` : undefined}>
        <legend class="videogen-label">{label}</legend>
        {children}
        {text}
      </fieldset>
    );
  }
  return (
    <div class="videogen-field">
      <label class="videogen-label" for={id}>
        {label}
      </label>
      {children}
      {text}
    </div>
  );
}

interface SelectProps {
  readonly wiring: Wiring;
  readonly value: string;
  readonly options: readonly (readonly [value: string, text: string])[];
  readonly glyph?: ComponentChildren;
  readonly onPick: (value: string) => void;
}

export function Select({ wiring, value, options, glyph, onPick }: SelectProps) {
  return (
    <span class={`videogen-select${glyph ? " has-glyph" : ""}`}>
      {glyph}
      <select {...wiring} value={value} onChange={(event) => onPick(event.currentTarget.value)}>
        {options.map(([option, text]) => (
          <option key={option} value={option} selected={option === value}>
            {text}
          </option>
        ))}
      </select>
      <Icon name="down" end />
    </span>
  );
}
