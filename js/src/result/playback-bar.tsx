/** The controls over the picture: play, time, frame steps, speed, sound, picture in picture, full screen. */

import { useState } from "preact/hooks";
import { Icon, type IconName } from "../components/icons";
import * as format from "../text/format";
import { strings } from "../text/strings";
import { fill } from "../text/template";
import {
  type PlayerControls,
  SPEEDS,
  seek,
  supportsPictureInPicture,
  toggleFullscreen,
  toggleMuted,
  togglePictureInPicture,
  togglePlay,
} from "./player-controls";

interface SpeedSelectProps {
  readonly label: string;
  readonly onPick: (speed: number) => void;
}

export function SpeedSelect({ label, onPick }: SpeedSelectProps) {
  return (
    <span class="videogen-speed">
      <select aria-label={label} onChange={(event) => onPick(Number(event.currentTarget.value))}>
        {SPEEDS.map((speed) => (
          <option key={speed} value={speed} selected={speed === 1}>
            {`${speed}×`}
          </option>
        ))}
      </select>
    </span>
  );
}

interface ControlProps {
  readonly icon: IconName;
  readonly label: string;
  /** Left out where the frame is narrow. */
  readonly isExtra?: boolean;
  readonly onClick: () => unknown;
}

function Control({ icon, label, isExtra = false, onClick }: ControlProps) {
  return (
    <button
      type="button"
      class={isExtra ? "is-extra" : undefined}
      aria-label={label}
      title={label}
      onClick={() => void onClick()}
    >
      <Icon name={icon} />
    </button>
  );
}

function TimeSlider({ controls }: { controls: PlayerControls }) {
  const { time, duration, video } = controls;
  const [at, end] = [time.value, duration.value];
  return (
    <>
      <span class="videogen-clock" aria-hidden="true">
        {format.clock(at)} / {format.clock(end)}
      </span>
      <input
        type="range"
        class="videogen-track"
        style={{ "--videogen-at": `${end > 0 ? (at / end) * 100 : 0}%` }}
        aria-label={strings.position}
        aria-valuetext={fill(strings.positionSpoken, {
          at: format.integer(Math.floor(at)),
          end: format.integer(Math.round(end)),
        })}
        min={0}
        max={end || 1}
        step="any"
        value={at}
        onInput={({ currentTarget }) => {
          const player = video.peek();
          if (player) player.currentTime = Number(currentTarget.value);
        }}
      />
    </>
  );
}

/** Captions are on from the start; the browser draws them. */
function CaptionsToggle({ controls }: { controls: PlayerControls }) {
  const [isOn, setOn] = useState(true);
  const toggle = () => {
    const track = controls.video.peek()?.textTracks[0];
    if (track) track.mode = isOn ? "hidden" : "showing";
    setOn(!isOn);
  };
  return (
    <button
      type="button"
      class="videogen-captions-toggle"
      aria-label={strings.captions}
      title={strings.captions}
      aria-pressed={isOn}
      onClick={toggle}
    >
      CC
    </button>
  );
}

interface PlaybackBarProps {
  readonly controls: PlayerControls;
  readonly hasCaptions: boolean;
}

export function PlaybackBar({ controls, hasCaptions }: PlaybackBarProps) {
  const { playing, muted, video } = controls;
  const setSpeed = (speed: number) => {
    const player = video.peek();
    if (player) player.playbackRate = speed;
  };
  const step = (frames: number) => seek(controls, frames * controls.frameSeconds, { pause: true });
  const isPlaying = playing.value;
  const isMuted = muted.value;
  return (
    <fieldset class="videogen-controls" aria-label={strings.transport} dir="ltr">
      <Control
        icon={isPlaying ? "pause" : "play"}
        label={isPlaying ? strings.pause : strings.play}
        onClick={() => togglePlay(controls)}
      />
      {!isPlaying && (
        <>
          <Control isExtra icon="back" label={strings.frameBack} onClick={() => step(-1)} />
          <Control isExtra icon="forward" label={strings.frameForward} onClick={() => step(1)} />
        </>
      )}
      <TimeSlider controls={controls} />
      {hasCaptions && <CaptionsToggle controls={controls} />}
      <SpeedSelect label={strings.speed} onPick={setSpeed} />
      <Control
        icon={isMuted ? "mute" : "audio"}
        label={isMuted ? strings.soundOn : strings.soundOff}
        onClick={() => toggleMuted(controls)}
      />
      {supportsPictureInPicture() && (
        <Control
          isExtra
          icon="window"
          label={strings.float}
          onClick={() => togglePictureInPicture(controls)}
        />
      )}
      <Control icon="full" label={strings.fullScreen} onClick={() => toggleFullscreen(controls)} />
    </fieldset>
  );
}
