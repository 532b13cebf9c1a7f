/** One playhead over all shots: the clock of comparisons, with a ruler whose segments are as long as their shots. */

import { PlaybackClock } from "../compare/playback-clock";
import { IconButton } from "../components/button";
import { useRoving } from "../components/roving";
import type { ShotView } from "../kernel/protocol.gen";
import * as format from "../text/format";
import { strings as page } from "../text/strings";
import { fill } from "../text/template";
import type { Desk } from "./desk";
import type { PartProps } from "./header";
import { playsFilm } from "./reels";
import { strings } from "./strings";
import { isMaking, nameShot } from "./words";

interface SegmentProps {
  readonly desk: Desk;
  readonly shot: ShotView;
  readonly start: number;
}

/** A press goes to the moment below the pointer, a key to the start of the shot. */
function Segment({ desk, shot, start }: SegmentProps) {
  const { number, prompt, seconds } = shot;
  const seek = (event: MouseEvent) => {
    const { left, width } = (event.currentTarget as Element).getBoundingClientRect();
    const share = event.detail > 0 && width > 0 ? (event.clientX - left) / width : 0;
    desk.isScreenOpen.value = true;
    desk.player.seek(start + share * seconds);
  };
  return (
    <button
      type="button"
      data-kind={shot.link === "stale" ? "stale" : isMaking(shot) ? "making" : shot.state}
      aria-label={`${nameShot(shot)}, ${prompt}, ${format.seconds(seconds)}`}
      title={prompt}
      onClick={seek}
    >
      <span>{fill(strings.segment, { number: String(number), prompt })}</span>
    </button>
  );
}

function Playhead({ desk }: { desk: Desk }) {
  const { player } = desk;
  const [time, duration] = [player.time.value, player.duration.value];
  const spoken = fill(strings.timeSpoken, { at: time.toFixed(1), end: duration.toFixed(1) });
  return (
    <input
      type="range"
      class="videogen-playhead"
      min={0}
      max={duration || 1}
      step="any"
      value={time}
      aria-label={page.position}
      aria-valuetext={spoken}
      onInput={(event) => {
        desk.isScreenOpen.value = true;
        player.seek(Number(event.currentTarget.value));
      }}
    />
  );
}

/** More segments would be too narrow to press; the tiles and the slider lead to the same places. */
const MOST_PRESSED = 20;

function Ruler({ desk, story }: PartProps) {
  const roving = useRoving();
  const { film } = story;
  const isWhole = film !== null && !film.current && playsFilm(story, desk.wantsFilm.value);
  let end = 0;
  const segments = story.shots.map((shot) => {
    const start = end;
    end += shot.seconds;
    return <Segment key={shot.id} desk={desk} shot={shot} start={start} />;
  });
  const columns = story.shots.map(({ seconds }) => `minmax(0, ${Math.max(seconds, 0.1)}fr)`).join(" ");
  return (
    <div class="videogen-ruler">
      {isWhole ? (
        <p>{strings.film}</p>
      ) : (
        // biome-ignore lint/a11y/useSemanticElements: what roves is a plain element
        <div
          {...roving}
          style={{ gridTemplateColumns: columns }}
          role="group"
          aria-label={strings.shots}
          inert={story.shots.length > MOST_PRESSED}
        >
          {segments}
        </div>
      )}
      <Playhead desk={desk} />
    </div>
  );
}

export function Transport({ desk, story }: PartProps) {
  const { player } = desk;
  const isMuted = player.muted.value;
  const clock = {
    time: player.time,
    duration: player.duration,
    playing: player.playing,
    play: () => desk.play(),
    pause: () => player.pause(),
    seek: (seconds: number) => {
      desk.isScreenOpen.value = true;
      player.seek(seconds);
    },
    set speed(speed: number) {
      player.speed = speed;
    },
  };
  const label = isMuted ? page.soundOn : page.soundOff;
  return (
    <div class="videogen-transport" data-part="transport">
      <PlaybackClock players={clock} slider={<Ruler desk={desk} story={story} />}>
        <IconButton
          bare
          icon={isMuted ? "mute" : "audio"}
          label={label}
          onClick={() => player.mute(!player.muted.peek())}
        />
      </PlaybackClock>
    </div>
  );
}
