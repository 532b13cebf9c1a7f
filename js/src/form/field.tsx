/** A control with its label above it and its error message below. */

import type { ComponentChildren } from "preact";
import { Icon } from "../components/icons";
import type { FieldError, FieldName as Name } from "../state/request-draft";

export interface FieldAttributes {
  readonly id: string;
  readonly name: string;
  readonly "aria-invalid"?: true;
  readonly "aria-describedby"?: string;
  readonly "aria-label"?: string;
}

/** The attributes that link a control to its label and to its error message. */
export function fieldAttributes(view: string, name: Name, error: FieldError | null): FieldAttributes {
  const id = `${view}-${name}`;
  return error?.field === name
    ? { id, name: id, "aria-invalid": true, "aria-describedby": `${id}-error` }
    : { id, name: id };
}

function FieldErrorText({ id, error }: { id: string; error: FieldError }) {
  return (
    <p class="videogen-field-error" id={id}>
      <Icon name="alert" />
      <bdi>{error.message}</bdi>
    </p>
  );
}

interface FieldProps {
  readonly view: string;
  readonly name: Name;
  readonly label: string;
  readonly error: FieldError | null;
  /** Several controls with one label. */
  readonly group?: boolean;
  readonly children: ComponentChildren;
}

export function Field({ view, name, label, error, group = false, children }: FieldProps) {
  const id = `${view}-${name}`;
  const text = error?.field === name && <FieldErrorText id={`${id}-error`} error={error} />;
  if (group) {
    return (
      <fieldset class="videogen-field" aria-describedby={text ? `${id}-error` : undefined}>
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
  readonly attributes: FieldAttributes;
  readonly value: string;
  readonly options: readonly (readonly [value: string, text: string])[];
  readonly glyph?: ComponentChildren;
  readonly onPick: (value: string) => void;
}

export function Select({ attributes, value, options, glyph, onPick }: SelectProps) {
  return (
    <span class={`videogen-select${glyph ? " has-glyph" : ""}`}>
      {glyph}
      <select {...attributes} value={value} onChange={(event) => onPick(event.currentTarget.value)}>
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
