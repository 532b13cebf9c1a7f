/** One cell of a grid: waiting, a ring with its percent, a clip that plays under the pointer, or why there is none. */

import type { ReadonlySignal } from "@preact/signals";
import { useLayoutEffect, useState } from "preact/hooks";
import { getLetter } from "../compare/letter";
import { Icon } from "../components/icons";
import type { GridCellView } from "../kernel/protocol.gen";
import { OverButton } from "../result/actions";
import { ClipPreview, ClipStill, usePreview } from "../sheet/clip-preview";
import { Ring } from "../sheet/ring";
import { frames } from "../sheet/states";
import * as format from "../text/format";
import { MoreIcon } from "./icons";
import { Rating } from "./rating";
import type { Stage } from "./stage";
import { strings } from "./strings";
import { getReason, getStep, nameCell } from "./words";

/** Shapes that differ by less are one: 853 by 480 is 16 by 9. */
const SAME_SHAPE = 0.01;
const isShaped = (aspect: number, { session }: Stage): boolean => {
  const box = session.connection.grid.value?.aspect ?? aspect;
  return Math.abs(aspect / box - 1) > SAME_SHAPE;
};

export const isMaking = ({ state }: GridCellView): boolean => state === "making" || state === "sending";

function Why({ cell }: { cell: GridCellView }) {
  const [reason, step] = [getReason(cell), getStep(cell)];
  return (
    <span class="videogen-why" aria-hidden="true">
      <span>{reason}</span>
      {step && (
        <span class="videogen-step">
          {cell.step !== "resend" && <Icon name={cell.step === "retry" ? "retry" : "search"} />}
          <span>{step}</span>
        </span>
      )}
    </span>
  );
}

/** The player of a tile, which rests while somebody scrolls. */
function Playing({ stage, cell }: { stage: Stage; cell: GridCellView }) {
  const [release, setRelease] = useState<(() => void) | null>(null);
  useLayoutEffect(() => {
    const end = stage.playback.take(cell.position);
    setRelease(() => end);
    return end ?? undefined;
  }, [cell.position]);
  if (!release || cell.clip === null) return null;
  return (
    <ClipPreview
      id={cell.job_id ?? ""}
      clip={cell.clip}
      clips={stage.session.clipLoader}
      isResting={stage.playback.isScrolling.value}
    />
  );
}

/** Five stars over the picture, for a pointer; the keyboard has the digits. */
interface TwinsProps {
  readonly stage: Stage;
  readonly cell: GridCellView;
  readonly isPicked: boolean;
}

/** What a tile offers to a pointer. It is drawn only then: a sheet has dozens of tiles, and each would have nine buttons. */
function Twins({ stage, cell, isPicked }: TwinsProps) {
  const isReady = cell.state === "ready";
  return (
    <>
      {isReady && !stage.isGuest && <Rating stage={stage} cell={cell} class="videogen-stars" tabIndex={-1} />}
      <span class="videogen-twins">
        {isReady && !stage.isGuest && (
          <>
            <OverButton
              icon="star"
              label={strings.star}
              pressed={cell.starred}
              onClick={() => stage.star(cell)}
            />
            <OverButton
              icon="compare"
              label={strings.pick}
              pressed={isPicked}
              onClick={() => stage.pick(cell)}
            />
          </>
        )}
        <button
          type="button"
          tabIndex={-1}
          aria-label={strings.more}
          title={strings.more}
          aria-haspopup="menu"
          onClick={(event) => stage.openMenu(cell, event.currentTarget)}
        >
          <MoreIcon />
        </button>
      </span>
    </>
  );
}

interface BadgesProps {
  readonly cell: GridCellView;
  readonly letter: string;
  /** The number of a take. */
  readonly number: number | null;
}

/** What a tile has at rest, for the eye: its name says the same. */
function Badges({ cell, letter, number }: BadgesProps) {
  const isOver = cell.clip !== null;
  return (
    <>
      {number !== null && (
        <span class={`videogen-badge${isOver ? " is-over" : ""}`} aria-hidden="true">
          <bdi dir="ltr">{format.integer(number)}</bdi>
        </span>
      )}
      {isOver && cell.rating !== null && (
        <span class="videogen-badge is-over is-end" aria-hidden="true">
          <Icon name="star" solid />
          <bdi dir="ltr">{cell.rating}</bdi>
        </span>
      )}
      {cell.checks && !letter && (
        <span class="videogen-badge is-over is-check" aria-hidden="true">
          {cell.checks}
        </span>
      )}
      {cell.starred && (
        <span class="videogen-star" aria-hidden="true">
          <Icon name="star" solid />
        </span>
      )}
      {letter && <span class="videogen-letter" data-letter={letter} />}
    </>
  );
}

interface GridTileProps {
  readonly stage: Stage;
  readonly cell: ReadonlySignal<GridCellView>;
  /** Where it stands, in words. */
  readonly place: readonly string[];
  /** Its place in the order of the arrow keys. */
  readonly at: string;
  readonly number: number | null;
  readonly isCurrent: boolean;
  readonly onFocus: () => void;
}

export function GridTile({ stage, cell: told, place, at, number, isCurrent, onFocus }: GridTileProps) {
  const cell = told.value;
  const { history } = stage.session;
  const preview = usePreview();
  const held = stage.playback.held.value;
  const isHeld = held?.position === cell.position;
  const isReady = cell.state === "ready" && cell.clip !== null;
  const isPlaying = isReady && (isHeld ? held.on : preview.isOn || stage.playback.isAll.value);
  const picked = history.selected.value.indexOf(cell.job_id ?? "");
  const letter = picked < 0 ? "" : getLetter(picked);
  const events = {
    ...preview.events,
    onFocusOut: () => {
      preview.events.onFocusOut();
      if (isHeld) stage.playback.held.value = null;
    },
  };
  return (
    <div
      class="videogen-cell"
      data-shaped={isShaped(cell.aspect, stage)}
      style={{ "--videogen-shape": String(cell.aspect) }}
      {...events}
    >
      <button
        type="button"
        class="videogen-tile"
        data-state={frames[cell.state]}
        data-at={at}
        data-picked={letter !== ""}
        style={{ "--videogen-at": String(cell.progress ?? 0) }}
        title={cell.error || cell.status || cell.checks || undefined}
        tabIndex={isCurrent ? 0 : -1}
        onFocus={onFocus}
        onClick={(event) => stage.press(cell, event.currentTarget, event)}
        onKeyDown={(event) => {
          if (!/^[ kK]$/.test(event.key) || !isReady) return;
          event.preventDefault();
          stage.togglePlay(cell, isPlaying);
        }}
        // A button is pressed when the key comes up.
        onKeyUp={(event) => event.key === " " && event.preventDefault()}
        onContextMenu={(event) => {
          event.preventDefault();
          stage.openMenu(cell, event.currentTarget);
        }}
      >
        <span class="videogen-visually-hidden">
          {letter && `${letter}: `}
          {nameCell(place, cell)}
        </span>
        {isReady && cell.clip && cell.job_id && (
          <ClipStill
            id={cell.job_id}
            clip={cell.clip}
            isGone={false}
            clips={stage.session.clipLoader}
            posters={stage.posters}
          />
        )}
        {isPlaying && <Playing stage={stage} cell={cell} />}
        {isMaking(cell) && <Ring percent={cell.progress} />}
        {getReason(cell) && <Why cell={cell} />}
        <Badges cell={cell} letter={letter} number={number} />
      </button>
      {preview.isNear && <Twins stage={stage} cell={cell} isPicked={letter !== ""} />}
    </div>
  );
}

/** Stands where a cell is being loaded; it keeps the place of the focus. */
export function TilePlaceholder({ at, isCurrent }: { at: string; isCurrent: boolean }) {
  return (
    <div class="videogen-cell">
      <button
        type="button"
        class="videogen-tile"
        data-at={at}
        aria-label={strings.loading}
        tabIndex={isCurrent ? 0 : -1}
      />
    </div>
  );
}
