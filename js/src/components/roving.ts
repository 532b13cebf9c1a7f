/** One Tab stop for a group of buttons: the arrow keys walk in it, also from right to left. */

import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

const getButtons = (group: HTMLElement | null): HTMLElement[] => [
  ...(group?.querySelectorAll<HTMLElement>("button:not([disabled])") ?? []),
];

const steps: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** The place that a key leads to in a row of `count`; undefined for a key that does not walk. */
function getNext({ key, target }: KeyboardEvent, at: number, count: number): number | undefined {
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  const step = steps[key];
  if (step === undefined) return undefined;
  const isTurned = /Left|Right/.test(key) && getComputedStyle(target as Element).direction === "rtl";
  return Math.min(Math.max(at + (isTurned ? -step : step), 0), count - 1);
}

export interface Roving {
  readonly ref: RefObject<HTMLDivElement | null>;
  readonly onFocusIn: (event: FocusEvent) => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
}

export function useRoving(): Roving {
  const ref = useRef<HTMLDivElement>(null);
  const stop = useRef<HTMLElement>(undefined);
  const mark = () => {
    const buttons = getButtons(ref.current);
    const chosen = buttons.find((button) => button === stop.current) ?? buttons[0];
    for (const button of buttons) button.tabIndex = button === chosen ? 0 : -1;
  };
  useLayoutEffect(mark);
  const onFocusIn = ({ target }: FocusEvent) => {
    stop.current = target as HTMLElement;
    mark();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const buttons = getButtons(ref.current);
    const at = buttons.indexOf(event.target as HTMLElement);
    if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const next = getNext(event, at, buttons.length);
    if (next === undefined) return;
    event.preventDefault();
    buttons[next]?.focus();
  };
  return { ref, onFocusIn, onKeyDown };
}
