/** A button of low emphasis: an icon, with a label beside it or as its accessible name. */

import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icons";

interface IconButtonProps {
  readonly icon: IconName;
  readonly label: string;
  /** Show only the icon; the label becomes its accessible name and its tooltip. */
  readonly bare?: boolean;
  /** The tooltip; without one, that of a bare button is its label. */
  readonly hint?: string | undefined;
  /** For a toggle button. */
  readonly pressed?: boolean;
  readonly expanded?: boolean;
  readonly disabled?: boolean;
  readonly solid?: boolean;
  /** What it opens over its surroundings: the focus comes back to it. */
  readonly opens?: string;
  readonly children?: ComponentChildren;
  readonly onClick: (event: MouseEvent) => void;
}

export function IconButton(props: IconButtonProps) {
  const {
    icon,
    label,
    bare = false,
    hint,
    pressed,
    expanded,
    disabled = false,
    solid = false,
    opens,
    children,
    onClick,
  } = props;
  return (
    <button
      type="button"
      class={`videogen-button is-subtle${bare ? " is-icon" : ""}`}
      aria-label={bare ? label : undefined}
      title={hint ?? (bare ? label : undefined)}
      data-opens={opens}
      aria-pressed={pressed}
      aria-expanded={expanded}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon name={icon} solid={solid} />
      {!bare && label}
      {children}
    </button>
  );
}
