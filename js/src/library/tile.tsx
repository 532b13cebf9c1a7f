/** One job of the library: its picture, which plays under the pointer and with the focus, and the words below it. */

import { getLetter } from "../compare/letter";
import { Icon } from "../components/icons";
import { strings } from "../parts/strings";
import { OverButton } from "../result/actions";
import { ClipPreview, ClipStill, usePreview } from "../sheet/clip-preview";
import { JOB_TYPE } from "../sheet/dragged-job";
import type { Posters } from "../sheet/posters";
import { appearances, type CardState, getCardState } from "../state/appearance";
import type { Tile } from "../state/history";
import type { Session } from "../state/session";
import { formatCost } from "../state/status-values";
import * as format from "../text/format";
import { Template } from "../text/template";
import { type Geometry, placeTile } from "./virtual-grid";

export const getTileState = (tile: Tile): CardState =>
  tile.gone
    ? "broken"
    : getCardState({
        job: { ...tile, detached: false, reused: false },
        hasForm: true,
        disconnected: false,
        broken: false,
      });

/** What has failed is small, and says why in the place of the rest. */
const isSmall = (tile: Tile): boolean => ["failed", "cancelled", "expired"].includes(tile.state);

/** What is said of a tile below its prompt, in this order; undefined where it is not known. */
function getFacts(tile: Tile) {
  const seconds = tile.clip?.seconds ?? tile.duration;
  return {
    note: tile.gone ? strings.clipGone : (isSmall(tile) && tile.error) || "",
    model: tile.model,
    length: seconds === null ? "" : format.seconds(seconds),
    cost: tile.cost === null ? "" : formatCost(tile.cost, tile.cost_source),
    day: format.day(tile.created_at),
  };
}

/** The word for a tile's state, or how far it is. */
const getWord = ({ bar }: Tile, state: CardState): string =>
  bar.percent === null ? strings.tileState[state] : format.percent(bar.percent);

/** The accessible name: everything that the tile and the words below it show. */
function describeTile(tile: Tile, state: CardState, letter: string, isUnseen: boolean): string {
  const { note, ...facts } = getFacts(tile);
  const words = [
    tile.prompt,
    note || getWord(tile, state),
    ...Object.values(facts),
    tile.starred && strings.isStarred,
    isUnseen && strings.isNew,
  ];
  return `${letter && `${letter}: `}${words.filter(Boolean).join(", ")}`;
}

function TileState({ tile, state }: { tile: Tile; state: CardState }) {
  const { icon } = appearances[state];
  const { percent } = tile.bar;
  return (
    <span
      class={percent === null ? "videogen-state-note" : "videogen-ring"}
      style={{ "--videogen-at": String(percent) }}
      aria-hidden="true"
    >
      {icon && <Icon name={icon} />}
      <bdi>{getWord(tile, state)}</bdi>
    </span>
  );
}

interface LibraryTileProps {
  readonly session: Session;
  readonly posters: Posters;
  readonly tile: Tile;
  readonly index: number;
  readonly total: number;
  readonly grid: Geometry;
  /** The tile that has the focus of the arrow keys. */
  readonly isCurrent: boolean;
  /** The tile that is shown beside the grid. */
  readonly isOpen: boolean;
  readonly onOpen: () => void;
  /** Put its prompt in the form. */
  readonly onPrompt: (event: MouseEvent) => void;
  readonly onFocus: () => void;
}

export function LibraryTile({
  session,
  posters,
  tile,
  index,
  total,
  grid,
  isCurrent,
  isOpen,
  onOpen,
  onPrompt,
  onFocus,
}: LibraryTileProps) {
  const { history, clipLoader } = session;
  const state = getTileState(tile);
  const { frame } = appearances[state];
  const at = history.selected.value.indexOf(tile.id);
  const letter = at < 0 ? "" : getLetter(at);
  const isUnseen = history.unseen.value.some(({ id }) => id === tile.id);
  const preview = usePreview();
  const facts = getFacts(tile);
  const isReady = tile.clip !== null;
  const pick = () => history.toggleSelected(tile);
  const onClick = (event: MouseEvent) =>
    event.ctrlKey || event.metaKey || event.shiftKey ? pick() : onOpen();
  return (
    <li
      class="videogen-item"
      style={placeTile(grid, index)}
      aria-setsize={total}
      aria-posinset={index + 1}
      data-gone={tile.gone}
      data-small={isSmall(tile)}
      {...preview.events}
    >
      <button
        type="button"
        class="videogen-tile"
        data-state={frame}
        data-index={index}
        data-job={tile.id}
        data-picked={letter !== ""}
        aria-pressed={isOpen}
        tabIndex={isCurrent ? 0 : -1}
        draggable={isReady}
        onFocus={onFocus}
        onClick={onClick}
        onDragStart={(event) => {
          event.dataTransfer?.setData(JOB_TYPE, tile.id);
          void history.fetchJob(tile.id);
        }}
      >
        <span class="videogen-visually-hidden">{describeTile(tile, state, letter, isUnseen)}</span>
        {tile.clip ? (
          <ClipStill id={tile.id} clip={tile.clip} isGone={tile.gone} clips={clipLoader} posters={posters} />
        ) : (
          <TileState tile={tile} state={state} />
        )}
        {tile.clip && !tile.gone && preview.isOn && (
          <ClipPreview id={tile.id} clip={tile.clip} clips={clipLoader} />
        )}
        {tile.clip && facts.length && !tile.gone && (
          <span class="videogen-badge is-over" aria-hidden="true">
            <Icon name="play" solid />
            <bdi dir="ltr">{facts.length}</bdi>
          </span>
        )}
        {tile.gone && <TileState tile={tile} state={state} />}
        {tile.starred && (
          <span class="videogen-star">
            <Icon name="star" solid />
          </span>
        )}
        {isUnseen && <span class="videogen-unseen" />}
        {letter && <span class="videogen-letter" data-letter={letter} />}
      </button>
      <span class="videogen-twins">
        {isReady && (
          <>
            <OverButton
              icon="star"
              label={strings.star}
              pressed={tile.starred}
              onClick={() => void history.star(tile)}
            />
            <OverButton icon="compare" label={strings.pick} pressed={letter !== ""} onClick={pick} />
          </>
        )}
        <OverButton icon="edit" label={strings.takePrompt} onClick={onPrompt} />
      </span>
      <div class="videogen-item-words" aria-hidden="true">
        <p dir="auto">{tile.prompt}</p>
        <small>
          <Template
            parts={["[note]", "[model]", "{length}", "{cost}", "{day}"]}
            values={facts}
            between=" · "
          />
        </small>
      </div>
    </li>
  );
}

/** Stands where a tile is being loaded; it keeps the place of the focus. */
export function TilePlaceholder({
  index,
  total,
  grid,
  isCurrent,
}: Pick<LibraryTileProps, "index" | "total" | "grid" | "isCurrent">) {
  return (
    <li class="videogen-item" style={placeTile(grid, index)} aria-setsize={total} aria-posinset={index + 1}>
      <button
        type="button"
        class="videogen-tile"
        data-index={index}
        aria-label={strings.loadingTile}
        tabIndex={isCurrent ? 0 : -1}
      />
    </li>
  );
}
