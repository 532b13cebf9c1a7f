/** One job of the library: its picture, which plays under the pointer and with the focus, and the words below it. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { getLetter } from "../compare/compare";
import { Icon } from "../components/icons";
import { JOB_TYPE } from "../form/drop-paste";
import type { ClipView } from "../kernel/protocol.gen";
import { OverButton } from "../result/actions";
import { appearances, type CardState, getCardState } from "../state/appearance";
import type { ClipLoader } from "../state/clip-loader";
import type { Tile } from "../state/history";
import type { Session } from "../state/session";
import { formatCost } from "../state/status-values";
import { prefersReducedMotion } from "../state/theme";
import * as format from "../text/format";
import { strings } from "../text/strings";
import { Template } from "../text/template";
import type { Posters } from "./posters";
import { type Geometry, placeTile } from "./virtual-grid";

/** A clip plays after this time under the pointer or with the focus. */
const HOVER_MILLISECONDS = 120;
/** A tile without a picture looks for its clip after this time. */
const REST_MILLISECONDS = 250;

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

/** The kept still of a clip, else a frame of the clip itself. */
function Still({ tile, session, posters }: { tile: Tile; session: Session; posters: Posters }) {
  const { clipLoader } = session;
  const [isResting, setResting] = useState(false);
  const [isBroken, setBroken] = useState(false);
  const url = tile.clip?.poster ? posters.get(tile.id).value : null;
  useLayoutEffect(
    () => (tile.clip?.poster ? posters.want(tile.id) : undefined),
    [tile.id, tile.clip?.poster],
  );
  useLayoutEffect(() => {
    const timer = setTimeout(() => setResting(true), REST_MILLISECONDS);
    return () => clearTimeout(timer);
  }, []);
  if (url && !isBroken)
    return <img src={url} alt="" decoding="async" draggable={false} onError={() => setBroken(true)} />;
  const address =
    (url === null || isBroken) && isResting && tile.clip && !tile.gone
      ? clipLoader.locate(tile.clip).value
      : null;
  return address ? (
    <video src={`${address}#t=0.5`} muted playsInline preload="metadata" tabIndex={-1} aria-hidden="true" />
  ) : null;
}

const play = (node: HTMLVideoElement | null) => void node?.play().catch(() => undefined);

/** The clip itself, without sound. */
function Preview({ clip, clips }: { clip: ClipView; clips: ClipLoader }) {
  const address = clips.locate(clip).value;
  return address ? (
    <video src={address} ref={play} muted loop playsInline tabIndex={-1} aria-hidden="true" />
  ) : null;
}

/** True a moment after the pointer or the focus has come; never where motion is reduced. */
function usePreview() {
  const [isOn, setOn] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useLayoutEffect(() => () => clearTimeout(timer.current), []);
  const start = () => {
    clearTimeout(timer.current);
    if (!prefersReducedMotion()) timer.current = setTimeout(() => setOn(true), HOVER_MILLISECONDS);
  };
  const stop = () => {
    clearTimeout(timer.current);
    setOn(false);
  };
  return {
    isOn,
    events: { onPointerEnter: start, onPointerLeave: stop, onFocusIn: start, onFocusOut: stop },
  };
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
          <Still tile={tile} session={session} posters={posters} />
        ) : (
          <TileState tile={tile} state={state} />
        )}
        {tile.clip && !tile.gone && preview.isOn && <Preview clip={tile.clip} clips={clipLoader} />}
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
