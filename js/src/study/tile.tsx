/** A clip of the table: its poster, and the clip itself, which plays under the pointer and with the focus. */

import { Icon } from "../components/icons";
import { LoopingVideo, usePreview } from "../sheet/clip-preview";
import { fill } from "../text/template";
import type { Cell } from "./facts";
import { strings } from "./strings";
import { getReason, listFacts } from "./words";

/** The look of a tile by its state. */
const looks: Readonly<Record<string, string>> = { failed: "refused", undecided: "unknown", ready: "ready" };

interface TileProps {
  readonly cell: Cell;
  readonly prompt: string;
  readonly onOpen: () => void;
}

export function Tile({ cell, prompt, onOpen }: TileProps) {
  const { isOn, events } = usePreview();
  if (cell.clip === null)
    return (
      <div class="videogen-tile" data-state={looks[cell.state] ?? cell.state}>
        <span class="videogen-state-note">{getReason(cell)}</span>
      </div>
    );
  const name = [fill(strings.open, { name: cell.name, prompt }), ...listFacts(cell)].join(", ");
  return (
    <button
      type="button"
      class="videogen-tile"
      data-state="ready"
      aria-label={name}
      title={listFacts(cell).join(" · ")}
      onClick={onOpen}
      {...events}
    >
      {cell.clip.poster ? (
        <img src={cell.clip.poster} alt="" loading="lazy" decoding="async" draggable={false} />
      ) : (
        <video src={`${cell.clip.src}#t=0.5`} muted playsInline preload="metadata" tabIndex={-1} />
      )}
      {isOn && <LoopingVideo address={cell.clip.src} />}
      {cell.rating !== null && (
        <span class="videogen-badge" aria-hidden="true">
          <Icon name="star" solid />
          {cell.rating}
        </span>
      )}
    </button>
  );
}
