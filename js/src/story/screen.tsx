/** The picture of what plays. It opens when somebody plays or seeks, and is closed by them. */

import { useLayoutEffect, useRef } from "preact/hooks";
import { IconButton } from "../components/button";
import { Icon } from "../components/icons";
import type { PartProps } from "./header";
import { playsFilm } from "./reels";
import { strings } from "./strings";
import { nameShot } from "./words";

/** What is seen, in words. */
function describe({ desk, story }: PartProps): string {
  const { player } = desk;
  if (playsFilm(story, desk.wantsFilm.value)) return strings.film;
  const start = player.seen.value?.start;
  let end = 0;
  for (const shot of story.shots) {
    if (end === start) return nameShot(shot);
    end += shot.seconds;
  }
  return strings.noneReady;
}

export function Screen({ desk, story }: PartProps) {
  const [one, other] = [useRef<HTMLVideoElement>(null), useRef<HTMLVideoElement>(null)];
  useLayoutEffect(
    () => (one.current && other.current ? desk.player.attach([one.current, other.current]) : undefined),
    [],
  );
  const words = describe({ desk, story });
  const close = () => {
    desk.isScreenOpen.value = false;
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset groups fields; this box has pictures, words and buttons too
    <div role="group" class="videogen-screen" aria-label={strings.screen} data-part="screen">
      {[one, other].map((ref, at) => (
        // biome-ignore lint/a11y/useMediaCaption: captions are on the film's card and record; what is shown is its name
        <video
          key={at}
          ref={ref}
          playsInline
          preload="auto"
          tabIndex={-1}
          aria-label={words}
          onClick={() => (desk.player.playing.peek() ? desk.player.pause() : desk.player.play())}
        />
      ))}
      <span class="videogen-badge is-over">{words}</span>
      {desk.player.fault.value && (
        <p class="videogen-caption is-fault" role="status">
          <Icon name="alert" />
          {strings.cantPlay}
        </p>
      )}
      <IconButton bare icon="close" label={strings.closeScreen} onClick={close} />
    </div>
  );
}
