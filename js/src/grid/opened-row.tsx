/** A row with its clips large, under one clock: each model's below its name, seeds below each other. */

import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { getLetter, Letter } from "../compare/letter";
import { LoopButton, PlaybackClock } from "../compare/playback-clock";
import { SyncedPlayers } from "../compare/synced-players";
import { IconButton } from "../components/button";
import type { GridView } from "../kernel/protocol.gen";
import { prefersReducedMotion } from "../state/theme";
import type { View } from "../state/view";
import * as format from "../text/format";
import { fill, Template } from "../text/template";
import { listGroups } from "./heads";
import { Rating } from "./rating";
import type { Stage } from "./stage";
import type { Row } from "./store";
import { strings } from "./strings";
import { getReason, nameCell, nameColumn, nameModel } from "./words";

/** Clips that play at once. */
const MAX_PLAYERS = 24;

interface OpenedClipProps {
  readonly stage: Stage;
  readonly grid: GridView;
  readonly row: Row;
  readonly column: number;
  readonly players: SyncedPlayers;
  readonly isAudible: boolean;
  readonly onUnmute: () => void;
}

function OpenedClip({ stage, grid, row, column, players, isAudible, onUnmute }: OpenedClipProps) {
  const cell = row.cells[column]?.value;
  const own = grid.columns[column];
  const video = useRef<HTMLVideoElement>(null);
  const { clip, job_id: id } = cell ?? { clip: null, job_id: null };
  const source = clip && id ? stage.session.clipLoader.getSource({ id }, 0, clip).value : null;
  const address = source?.state === "ready" && column < MAX_PLAYERS ? source.url : null;
  useLayoutEffect(() => (video.current ? players.add(video.current) : undefined), [players, address]);
  useLayoutEffect(() => {
    if (video.current) video.current.muted = !isAudible;
  }, [address, isAudible]);
  if (!cell || !own) return null;
  const letter = getLetter(column);
  const name = nameCell([nameModel(own, grid), nameColumn(own, grid)], cell);
  return (
    <figure class="videogen-clip">
      <div
        class="videogen-video-frame"
        data-state={clip ? "ready" : "waiting"}
        style={{ "--videogen-width": String(cell.aspect), "--videogen-height": "1" }}
      >
        {address ? (
          // biome-ignore lint/a11y/useMediaCaption: captions are on the clip's card and record; where it stands is the name
          <video
            ref={video}
            class="videogen-video"
            src={address}
            playsInline
            preload="auto"
            aria-label={name}
          />
        ) : (
          <span class="videogen-state-note">{getReason(cell) || strings.state[cell.state]}</span>
        )}
      </div>
      <figcaption>
        {clip && <Letter letter={letter} isAudible={isAudible} onUnmute={onUnmute} />}
        <span>
          <Template
            parts={["[column]", "{took}"]}
            values={{
              column: nameColumn(own, grid),
              took: cell.seconds === null ? undefined : format.duration(cell.seconds),
            }}
            between=" · "
          />
        </span>
        {clip && !stage.isGuest && <Rating stage={stage} cell={cell} class="videogen-rating" />}
      </figcaption>
    </figure>
  );
}

interface OpenedRowProps {
  readonly view: View;
  readonly stage: Stage;
  readonly grid: GridView;
  readonly row: Row;
  /** Out of view the clips are paused. */
  readonly isInView: boolean;
}

export function OpenedRow({ stage, grid, row, isInView }: OpenedRowProps) {
  const players = useMemo(() => {
    const silent = new SyncedPlayers(-1);
    silent.loops = true;
    return silent;
  }, [row.row]);
  const [audible, setAudible] = useState(-1);
  const node = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    node.current?.querySelector<HTMLElement>("button")?.focus({ preventScroll: true });
  }, [players]);
  const duration = players.duration.value;
  useLayoutEffect(() => {
    if (!isInView) players.pause();
    else if (duration > 0 && !prefersReducedMotion()) players.play();
  }, [isInView, duration > 0]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    stage.toggleRow(row.row);
  };
  return (
    <div
      ref={node}
      class="videogen-opened-row"
      role="group"
      aria-label={fill(strings.opened, { label: row.label })}
      onKeyDown={onKeyDown}
    >
      <div class="videogen-opened-bar">
        <IconButton bare icon="close" label={strings.closeRow} onClick={() => stage.toggleRow(row.row)} />
        <PlaybackClock players={players}>
          <LoopButton players={players} />
        </PlaybackClock>
      </div>
      <div class="videogen-opened-clips">
        {listGroups(grid).map(({ first, count }) => (
          <div
            key={first}
            style={{ "--videogen-span": String(count), gridColumn: `${first + 1} / span ${count}` }}
          >
            {Array.from({ length: count }, (_, at) => first + at).map((column) => (
              <OpenedClip
                key={column}
                stage={stage}
                grid={grid}
                row={row}
                column={column}
                players={players}
                isAudible={column === audible}
                onUnmute={() => setAudible(column === audible ? -1 : column)}
              />
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}
