/** The letter of a compared clip, which is also the switch of its sound. */

import { fill } from "../text/template";
import { strings } from "./strings";

/** "A" for the first of the compared clips. */
export const getLetter = (index: number): string => String.fromCharCode(65 + index);

interface LetterProps {
  readonly letter: string;
  readonly isAudible: boolean;
  readonly onUnmute: () => void;
}

export function Letter({ letter, isAudible, onUnmute }: LetterProps) {
  const label = fill(strings.hear, { letter });
  return (
    <button
      type="button"
      class="videogen-letter"
      aria-pressed={isAudible}
      aria-label={label}
      title={label}
      onClick={onUnmute}
    >
      {letter}
    </button>
  );
}
