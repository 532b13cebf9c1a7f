/** The clip in the browser's player, its transition when it is ready, and the usual keys of players. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { prefersReducedMotion } from "../state/theme";
import { handleKey, type PlayerControls } from "./player-controls";

/** iOS loads no frame before a clip is played; after this time the clip is shown without one. */
const FRAME_TIMEOUT_MILLISECONDS = 600;

interface PlayerProps {
  readonly url: string;
  readonly prompt: string;
  /** Reveal the clip with a transition, because it was made while the view was open. */
  readonly isNew: boolean;
  readonly controls: PlayerControls;
  readonly onBroken: () => void;
}

type Reveal = "closed" | "opening" | "open";

function isOnScreen(node: Element): boolean {
  const { top, bottom } = node.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}

export function Player({ url, prompt, isNew, controls, onBroken }: PlayerProps) {
  const video = useRef<HTMLVideoElement>(null);
  const [reveal, setReveal] = useState<Reveal>(isNew ? "closed" : "open");

  const startReveal = () =>
    setReveal((now) => {
      if (now !== "closed") return now;
      return video.current && !prefersReducedMotion() && isOnScreen(video.current) ? "opening" : "open";
    });

  useLayoutEffect(() => {
    if (reveal !== "closed") return;
    const timer = setTimeout(startReveal, FRAME_TIMEOUT_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [reveal]);

  useLayoutEffect(() => {
    controls.video.value = video.current;
    return () => {
      controls.video.value = null;
    };
  }, [controls]);

  return (
    // biome-ignore lint/a11y/useMediaCaption: generated clips come without captions; the prompt is the accessible name
    <video
      ref={video}
      class="videogen-video"
      src={url}
      controls
      playsInline
      preload="metadata"
      loop={controls.loops.value}
      aria-label={prompt}
      data-reveal={reveal}
      onLoadedData={startReveal}
      onAnimationEnd={() => setReveal("open")}
      onError={onBroken}
      onKeyDown={(event) => handleKey(event, controls)}
    />
  );
}
