/** The edge between two clips that lie over each other: the whole picture is its slider. */

import { fill } from "../text/template";
import { strings } from "./strings";

const LARGE_STEP = 10;

interface WipeProps {
  /** Percent of the first clip. */
  readonly edge: number;
  readonly onMove: (edge: number) => void;
}

export function Wipe({ edge, onMove }: WipeProps) {
  const onKeyDown = (event: KeyboardEvent) => {
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (way === undefined || !event.shiftKey) return;
    event.preventDefault();
    onMove(Math.min(100, Math.max(0, edge + way * LARGE_STEP)));
  };
  return (
    <div class="videogen-wipe" dir="ltr">
      <input
        type="range"
        min={0}
        max={100}
        value={edge}
        aria-label={strings.edge}
        aria-valuetext={fill(strings.edgeSpoken, { percent: String(edge) })}
        onInput={(event) => onMove(Number(event.currentTarget.value))}
        onKeyDown={onKeyDown}
      />
      <i aria-hidden="true">‹ ›</i>
    </div>
  );
}
