/** A quiet button: an icon, and a word beside it or as its name. */

import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icons";

interface IconButtonProps {
  readonly icon: IconName;
  readonly label: string;
  /** Only the icon is seen; the label is its name and its hint. */
  readonly bare?: boolean;
  /** For one that stays down. */
  readonly pressed?: boolean;
  readonly expanded?: boolean;
  readonly disabled?: boolean;
  readonly solid?: boolean;
  readonly children?: ComponentChildren;
  readonly onClick: (event: MouseEvent) => void;
}

export function IconButton(props: IconButtonProps) {
  const {
    icon,
    label,
    bare = false,
    pressed,
    expanded,
    disabled = false,
    solid = false,
    children,
    onClick,
  } = props;
  return (
    <button
      type="button"
      class={`videogen-button is-subtle${bare ? " is-icon" : ""}`}
      aria-label={bare ? label : undefined}
      title={bare ? label : undefined}
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
