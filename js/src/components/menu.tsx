/** A menu in the top layer, since the widget clips what leaves it. */

import type { ComponentChildren } from "preact";

/** Open a popover at what it belongs to: below it, or above where there is no room. */
export function openAt(anchor: Element, node: HTMLElement | null): void {
  if (node === null || node.matches("[data-open]")) return;
  node.dataset["open"] = "";
  node.showPopover?.();
  const [box, size] = [anchor.getBoundingClientRect(), node.getBoundingClientRect()];
  const isBelow = box.bottom + size.height + 8 < innerHeight;
  node.style.insetBlockStart = `${isBelow ? box.bottom + 4 : Math.max(8, box.top - size.height - 4)}px`;
  node.style.left = `${Math.max(8, Math.min(box.left, innerWidth - size.width - 8))}px`;
}

interface MenuProps {
  /** What it opens at. */
  readonly anchor: Element;
  readonly label: string;
  readonly onClose: () => void;
  /** Buttons that are menu items. */
  readonly children: ComponentChildren;
}

export function Menu({ anchor, label, onClose, children }: MenuProps) {
  const open = (node: HTMLDivElement | null) => {
    if (node?.matches("[data-open]")) return;
    openAt(anchor, node);
    node?.querySelector("button")?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const items = [...(event.currentTarget as Element).querySelectorAll("button")];
    const at = items.indexOf(event.target as HTMLButtonElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (next !== undefined) items.at(next % items.length)?.focus();
    else if (event.key === "Escape" || event.key === "Tab") onClose();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      ref={open}
      class="videogen-menu"
      role="menu"
      tabIndex={-1}
      aria-label={label}
      popover="auto"
      onKeyDown={onKeyDown}
      onToggle={(event) => (event as ToggleEvent).newState === "closed" && onClose()}
    >
      {children}
    </div>
  );
}
