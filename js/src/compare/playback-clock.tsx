/** The one clock of several clips: play, time, frame steps, speed, loop. */

import { useState } from "preact/hooks";
import { IconButton } from "../components/button";
import { SpeedSelect } from "../result/playback-bar";
import * as format from "../text/format";
import { strings } from "../text/strings";
import type { SyncedPlayers } from "./synced-players";

const FRAME_SECONDS = 1 / 24;

interface PlaybackClockProps {
  readonly players: SyncedPlayers;
  /** The clips loop from the start on. */
  readonly loops?: boolean;
}

export function PlaybackClock({ players, loops = false }: PlaybackClockProps) {
  const [time, duration, playing] = [players.time.value, players.duration.value, players.playing.value];
  const [isLooping, setLooping] = useState(loops);
  return (
    <fieldset class="videogen-playback-bar" aria-label={strings.transport} dir="ltr">
      <IconButton
        bare
        icon="back"
        label={strings.frameBack}
        onClick={() => players.seek(time - FRAME_SECONDS)}
      />
      <IconButton
        bare
        solid
        icon={playing ? "pause" : "play"}
        label={playing ? strings.pause : strings.playAll}
        onClick={() => (playing ? players.pause() : players.play())}
      />
      <IconButton
        bare
        icon="forward"
        label={strings.frameForward}
        onClick={() => players.seek(time + FRAME_SECONDS)}
      />
      <input
        type="range"
        class="videogen-slider"
        style={{ "--videogen-at": `${duration > 0 ? (time / duration) * 100 : 0}%` }}
        min={0}
        max={duration}
        step="any"
        value={time}
        aria-label={strings.position}
        aria-valuetext={format.seconds(time)}
        onInput={(event) => players.seek(Number(event.currentTarget.value))}
      />
      <span class="videogen-time">{`${time.toFixed(1)} / ${duration.toFixed(1)}`}</span>
      <SpeedSelect
        label={strings.speed}
        onPick={(speed) => {
          players.speed = speed;
        }}
      />
      <IconButton
        bare
        icon="loop"
        label={strings.loop}
        pressed={isLooping}
        onClick={() => {
          players.loops = !isLooping;
          setLooping(!isLooping);
        }}
      />
    </fieldset>
  );
}
