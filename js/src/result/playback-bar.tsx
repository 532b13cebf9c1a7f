/** What the browser's own player does not offer: single frames, speed, loop, and a window of its own. */

import { Quiet } from "../components/button";
import { words } from "../text/strings";
import { canFloat, float, type Screen, SPEEDS, seek } from "./player-controls";

interface SpeedProps {
  readonly label: string;
  readonly onPick: (speed: number) => void;
}

export function Speed({ label, onPick }: SpeedProps) {
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

export function Transport({ screen }: { screen: Screen }) {
  const { loops } = screen;
  const atSpeed = (speed: number) => {
    const player = screen.video.peek();
    if (player) player.playbackRate = speed;
  };
  const step = (frames: number) => seek(screen, frames * screen.frame, { pause: true });
  return (
    <fieldset class="videogen-transport" aria-label={words.transport} dir="ltr">
      <Quiet bare icon="back" label={words.frameBack} onClick={() => step(-1)} />
      <Quiet bare icon="forward" label={words.frameForward} onClick={() => step(1)} />
      <Speed label={words.speed} onPick={atSpeed} />
      <Quiet
        bare
        icon="loop"
        label={words.loop}
        pressed={loops.value}
        onClick={() => {
          loops.value = !loops.peek();
        }}
      />
      {canFloat() && <Quiet bare icon="window" label={words.float} onClick={() => void float(screen)} />}
    </fieldset>
  );
}
