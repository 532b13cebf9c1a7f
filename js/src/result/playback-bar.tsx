/** The controls that the browser's player does not have: frame steps, speed, loop, picture in picture. */

import { IconButton } from "../components/button";
import { strings } from "../text/strings";
import {
  type PlayerControls,
  SPEEDS,
  seek,
  supportsPictureInPicture,
  togglePictureInPicture,
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

export function PlaybackBar({ controls }: { controls: PlayerControls }) {
  const { loops } = controls;
  const setSpeed = (speed: number) => {
    const player = controls.video.peek();
    if (player) player.playbackRate = speed;
  };
  const step = (frames: number) => seek(controls, frames * controls.frameSeconds, { pause: true });
  return (
    <fieldset class="videogen-playback-bar" aria-label={strings.transport} dir="ltr">
      <IconButton bare icon="back" label={strings.frameBack} onClick={() => step(-1)} />
      <IconButton bare icon="forward" label={strings.frameForward} onClick={() => step(1)} />
      <SpeedSelect label={strings.speed} onPick={setSpeed} />
      <IconButton
        bare
        icon="loop"
        label={strings.loop}
        pressed={loops.value}
        onClick={() => {
          loops.value = !loops.peek();
        }}
      />
      {supportsPictureInPicture() && (
        <IconButton
          bare
          icon="window"
          label={strings.float}
          onClick={() => void togglePictureInPicture(controls)}
        />
      )}
    </fieldset>
  );
}
