/** A row with its clips large, under one clock: beside each other, or two over each other with a movable edge. */

import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { getLetter, Letter } from "../compare/letter";
import { LoopButton, PlaybackClock } from "../compare/playback-clock";
import { SyncedPlayers } from "../compare/synced-players";
import { Wipe } from "../compare/wipe";
import { IconButton } from "../components/button";
import { prefersReducedMotion } from "../state/theme";
import { fill } from "../text/template";
import type { Cell, Row } from "./facts";
import { strings } from "./strings";
import { getReason, listFacts } from "./words";

/** Clips that play at once. */
const MAX_PLAYERS = 24;

interface ComparedClipProps {
  readonly cell: Cell;
  readonly at: number;
  readonly players: SyncedPlayers;
  readonly isAudible: boolean;
  readonly onUnmute: () => void;
}

function ComparedClip({ cell, at, players, isAudible, onUnmute }: ComparedClipProps) {
  const video = useRef<HTMLVideoElement>(null);
  const address = at < MAX_PLAYERS ? cell.clip?.src : undefined;
  useLayoutEffect(() => (video.current ? players.add(video.current) : undefined), [players, address]);
  useLayoutEffect(() => {
    if (video.current) video.current.muted = !isAudible;
  }, [address, isAudible]);
  const letter = getLetter(at);
  const style = {
    "--videogen-width": String(cell.width ?? 16),
    "--videogen-height": String(cell.height ?? 9),
  };
  return (
    <figure class="videogen-clip" style={style}>
      <div class="videogen-video-frame" data-state={address ? "ready" : "waiting"}>
        {address ? (
          // biome-ignore lint/a11y/useMediaCaption: captions are on the clip's card and record; where it stands is the name
          <video
            ref={video}
            class="videogen-video"
            src={address}
            playsInline
            preload="auto"
            aria-label={cell.name}
          />
        ) : (
          <span class="videogen-state-note">{getReason(cell)}</span>
        )}
      </div>
      <figcaption>
        {address && <Letter letter={letter} isAudible={isAudible} onUnmute={onUnmute} />}
        <span>
          <b>
            <bdi>{cell.name}</bdi>
          </b>
          <br />
          {listFacts(cell).join(" · ")}
        </span>
      </figcaption>
    </figure>
  );
}

interface ComparedRowProps {
  readonly row: Row;
  readonly cells: readonly Cell[];
  readonly onClose: () => void;
}

export function ComparedRow({ row, cells, onClose }: ComparedRowProps) {
  const players = useMemo(() => {
    const silent = new SyncedPlayers(-1);
    silent.loops = true;
    return silent;
  }, [row]);
  const [audible, setAudible] = useState(-1);
  const [isWipe, setWipe] = useState(false);
  const [edge, setEdge] = useState(50);
  const node = useRef<HTMLElement>(null);
  const duration = players.duration.value;
  useLayoutEffect(() => node.current?.querySelector("button")?.focus({ preventScroll: true }), [row]);
  useLayoutEffect(() => {
    if (duration > 0 && !prefersReducedMotion()) players.play();
  }, [duration > 0]);
  const canWipe = cells.length === 2 && cells.every(({ clip }) => clip !== null);
  const style = {
    "--videogen-columns": String(cells.length === 4 ? 2 : Math.min(cells.length, 3)),
    "--videogen-edge-at": `${edge}%`,
    "--videogen-width": String(cells[0]?.width ?? 16),
    "--videogen-height": String(cells[0]?.height ?? 9),
  };
  return (
    <section
      ref={node}
      class="videogen-compare"
      data-layout={canWipe && isWipe ? "wipe" : "grid"}
      aria-label={fill(strings.compared, { label: row.label })}
    >
      <div class="videogen-study-clock">
        <IconButton bare icon="close" label={strings.closeRow} onClick={onClose} />
        {canWipe && (
          <IconButton icon="compare" label={strings.wipe} pressed={isWipe} onClick={() => setWipe(!isWipe)} />
        )}
        <PlaybackClock players={players}>
          <LoopButton players={players} />
        </PlaybackClock>
      </div>
      <div class="videogen-clips" style={style}>
        {cells.map((cell, at) => (
          <ComparedClip
            key={cell.column}
            cell={cell}
            at={at}
            players={players}
            isAudible={cell.column === audible}
            onUnmute={() => setAudible(cell.column === audible ? -1 : cell.column)}
          />
        ))}
        {canWipe && isWipe && <Wipe edge={edge} onMove={setEdge} />}
      </div>
    </section>
  );
}
