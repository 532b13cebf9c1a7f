/** The clip in the browser's own player, and the moment it appears. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { addressOf } from "./address";

/** Some players (iOS) load no frame before they are told to play; then the clip is shown without one. */
const FRAME_PATIENCE_MILLISECONDS = 600;

interface PlayerProps {
  readonly src: string;
  readonly prompt: string;
  readonly manager: unknown;
  /** Let it appear through the growing dots: it has just been made before somebody's eyes. */
  readonly arrives: boolean;
  readonly onBroken: () => void;
}

type Curtain = "closed" | "opening" | "open";

const wantsStillness = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

function isOnScreen(node: Element): boolean {
  const { top, bottom } = node.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}

export function Player({ src, prompt, manager, arrives, onBroken }: PlayerProps) {
  const video = useRef<HTMLVideoElement>(null);
  const [address, setAddress] = useState<string | null>(null);
  const [curtain, setCurtain] = useState<Curtain>(arrives ? "closed" : "open");

  useLayoutEffect(() => {
    let wanted = true;
    void addressOf(manager, src).then((url) => wanted && setAddress(url));
    return () => {
      wanted = false;
    };
  }, [src, manager]);

  const reveal = () =>
    setCurtain((now) => {
      if (now !== "closed") return now;
      return video.current && !wantsStillness() && isOnScreen(video.current) ? "opening" : "open";
    });

  useLayoutEffect(() => {
    if (curtain !== "closed" || address === null) return;
    const timer = setTimeout(reveal, FRAME_PATIENCE_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [curtain, address]);

  if (address === null) return null;
  return (
    // biome-ignore lint/a11y/useMediaCaption: generated clips come without captions; the prompt is the accessible name
    <video
      ref={video}
      class="videogen-video"
      src={address}
      controls
      playsInline
      preload="metadata"
      aria-label={prompt}
      data-curtain={curtain}
      onLoadedData={reveal}
      onAnimationEnd={() => setCurtain("open")}
      onError={onBroken}
    />
  );
}
