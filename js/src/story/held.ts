/** A value that is being edited stays as it is typed, until the kernel has it. */

import { useState } from "preact/hooks";

export interface Held<T> {
  readonly value: T;
  readonly isEdited: boolean;
  readonly set: (value: T) => void;
  /** Show again what the kernel has. */
  readonly reset: () => void;
}

export function useHeld<T>(known: T): Held<T> {
  const [held, hold] = useState<{ readonly value: T } | null>(null);
  return {
    value: held ? held.value : known,
    isEdited: held !== null && held.value !== known,
    set: (value) => hold({ value }),
    reset: () => hold(null),
  };
}
