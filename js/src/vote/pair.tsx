/** Two clips side by side, muted and in step; they start when both can play. */

import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { SyncedPlayers } from "../compare/synced-players";
import type { KernelConnection } from "../kernel/connection";
import { RetryTiming } from "../kernel/retry-timing";
import { prefersReducedMotion } from "../state/theme";
import { loadBlindClip, type Side } from "./blind-clip";
import { strings } from "./strings";

interface BlindClipProps {
  readonly side: Side;
  readonly url: string | null;
  readonly isChosen: boolean;
  readonly players: SyncedPlayers;
  readonly onReady: () => void;
  readonly onFault: () => void;
}

function BlindClip({ side, url, isChosen, players, onReady, onFault }: BlindClipProps) {
  const video = useRef<HTMLVideoElement>(null);
  useLayoutEffect(() => (video.current ? players.add(video.current) : undefined), [players, url]);
  return (
    <div class="videogen-video-frame videogen-blind" data-state="ready" data-chosen={isChosen}>
      {url && (
        <video
          ref={video}
          class="videogen-video"
          src={url}
          muted
          playsInline
          preload="auto"
          aria-label={strings[side]}
          onCanPlay={onReady}
          onError={onFault}
        />
      )}
    </div>
  );
}

interface PairProps {
  readonly connection: KernelConnection;
  readonly token: string;
  readonly chosen: string | null;
  readonly onReady: () => void;
  readonly onFault: (side: Side) => void;
  readonly onPlayers: (players: SyncedPlayers) => void;
}

/** A pair has a key of its own: another pair is another component. */
export function Pair({ connection, token, chosen, onReady, onFault, onPlayers }: PairProps) {
  const players = useMemo(() => new SyncedPlayers(-1), []);
  const [urls, setUrls] = useState<Readonly<Record<Side, string | null>>>({ left: null, right: null });
  const ready = useRef(new Set<Side>());
  useLayoutEffect(() => {
    players.loops = true;
    onPlayers(players);
    const timing = new RetryTiming();
    const made: string[] = [];
    let isOver = false;
    const load = async (side: Side) => {
      const url = await loadBlindClip(connection, token, side, timing);
      if (url === null) return; // the kernel has gone: that says nothing of the clip
      if (isOver) return URL.revokeObjectURL(url);
      made.push(url);
      setUrls((known) => ({ ...known, [side]: url }));
    };
    for (const side of ["left", "right"] as const) load(side).catch(() => isOver || onFault(side));
    return () => {
      isOver = true;
      for (const url of made) URL.revokeObjectURL(url);
    };
  }, []);
  const setReady = (side: Side) => {
    const before = ready.current.size;
    ready.current.add(side);
    if (before === 2 || ready.current.size < 2) return;
    if (!prefersReducedMotion()) players.play();
    onReady();
  };
  return (
    <div class="videogen-pair" dir="ltr">
      {(["left", "right"] as const).map((side) => (
        <BlindClip
          key={side}
          side={side}
          url={urls[side]}
          isChosen={chosen === side}
          players={players}
          onReady={() => setReady(side)}
          onFault={() => onFault(side)}
        />
      ))}
    </div>
  );
}
