/** The clip in the browser's own player, the moment it appears, and the keys that people know from other players. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { press, type Screen } from "./player-controls";

/** Some players (iOS) load no frame before they are told to play; then the clip is shown without one. */
const FRAME_PATIENCE_MILLISECONDS = 600;

interface PlayerProps {
  readonly url: string;
  readonly prompt: string;
  /** Let it appear through the growing dots: it has just been made before somebody's eyes. */
  readonly arrives: boolean;
  readonly screen: Screen;
  readonly onBroken: () => void;
}

type Curtain = "closed" | "opening" | "open";

const wantsStillness = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

function isOnScreen(node: Element): boolean {
  const { top, bottom } = node.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}

export function Player({ url, prompt, arrives, screen, onBroken }: PlayerProps) {
  const video = useRef<HTMLVideoElement>(null);
  const [curtain, setCurtain] = useState<Curtain>(arrives ? "closed" : "open");

  const reveal = () =>
    setCurtain((now) => {
      if (now !== "closed") return now;
      return video.current && !wantsStillness() && isOnScreen(video.current) ? "opening" : "open";
    });

  useLayoutEffect(() => {
    if (curtain !== "closed") return;
    const timer = setTimeout(reveal, FRAME_PATIENCE_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [curtain]);

  useLayoutEffect(() => {
    screen.video.value = video.current;
    return () => {
      screen.video.value = null;
    };
  }, [screen]);

  return (
    // biome-ignore lint/a11y/useMediaCaption: generated clips come without captions; the prompt is the accessible name
    <video
      ref={video}
      class="videogen-video"
      src={url}
      controls
      playsInline
      preload="metadata"
      loop={screen.loops.value}
      aria-label={prompt}
      data-curtain={curtain}
      onLoadedData={reveal}
      onAnimationEnd={() => setCurtain("open")}
      onError={onBroken}
      onKeyDown={(event) => press(event, screen)}
    />
  );
}
