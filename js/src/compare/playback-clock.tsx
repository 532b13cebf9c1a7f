/** The one clock of several clips: play, time, frame steps, speed, loop. */

import type { ReadonlySignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { IconButton } from "../components/button";
import { SpeedSelect } from "../result/playback-bar";
import * as format from "../text/format";
import { strings } from "../text/strings";

const FRAME_SECONDS = 1 / 24;

/** What the clock shows and moves; all times in seconds. */
export interface Playable {
  readonly time: ReadonlySignal<number>;
  readonly duration: ReadonlySignal<number>;
  readonly playing: ReadonlySignal<boolean>;
  play(): void;
  pause(): void;
  seek(seconds: number): void;
  set speed(speed: number);
}

interface PlaybackClockProps {
  readonly players: Playable;
  /** What stands in the place of the plain slider. */
  readonly slider?: ComponentChildren;
  /** What stands at the end. */
  readonly children?: ComponentChildren;
}

function TimeSlider({ players }: { players: Playable }) {
  const [time, duration] = [players.time.value, players.duration.value];
  return (
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
  );
}

export function PlaybackClock({ players, slider, children }: PlaybackClockProps) {
  const [time, duration, playing] = [players.time.value, players.duration.value, players.playing.value];
  const step = (seconds: number) => {
    players.pause();
    players.seek(time + seconds);
  };
  return (
    <fieldset class="videogen-playback-bar" aria-label={strings.transport} dir="ltr">
      <IconButton bare icon="back" label={strings.frameBack} onClick={() => step(-FRAME_SECONDS)} />
      <IconButton
        bare
        solid
        icon={playing ? "pause" : "play"}
        label={playing ? strings.pause : strings.playAll}
        onClick={() => (playing ? players.pause() : players.play())}
      />
      <IconButton bare icon="forward" label={strings.frameForward} onClick={() => step(FRAME_SECONDS)} />
      {slider ?? <TimeSlider players={players} />}
      <span class="videogen-time">{`${time.toFixed(1)} / ${duration.toFixed(1)}`}</span>
      <SpeedSelect
        label={strings.speed}
        onPick={(speed) => {
          players.speed = speed;
        }}
      />
      {children}
    </fieldset>
  );
}

/** Clips that are compared loop from the start on. */
export function LoopButton({ players }: { players: { loops: boolean } }) {
  const [isLooping, setLooping] = useState(true);
  return (
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
  );
}
