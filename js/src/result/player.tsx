/** The clip in its frame: it loops without sound while it is on screen, and shows its controls to who reaches for them. */

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { Icon } from "../components/icons";
import { prefersReducedMotion } from "../state/theme";
import { strings } from "../text/strings";
import { PlaybackBar } from "./playback-bar";
import { follow, handleKey, type PlayerControls, togglePlay } from "./player-controls";

/** iOS loads no frame before a clip is played; after this time the clip is shown without one. */
const FRAME_TIMEOUT_MILLISECONDS = 600;
/** How long a tap shows the controls. */
const TAP_MILLISECONDS = 3000;

interface PlayerProps {
  readonly url: string;
  readonly prompt: string;
  /** WebVTT; empty where there is none. */
  readonly captions?: string;
  /** Reveal the clip with a transition, because it was made while the view was open. */
  readonly isNew: boolean;
  readonly controls: PlayerControls;
  /** What a letter does to the clip. */
  readonly letters: Readonly<Record<string, () => void>>;
  readonly onBroken: () => void;
  /** The actions over the picture. */
  readonly children?: ComponentChildren;
}

type Reveal = "closed" | "opening" | "open";

function isOnScreen(node: Element): boolean {
  const { top, bottom } = node.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}

/** The clip's first appearance: closed until its first frame is there. */
function useReveal(isNew: boolean, getVideo: () => HTMLVideoElement | null) {
  const [reveal, setReveal] = useState<Reveal>(isNew ? "closed" : "open");
  const startReveal = () =>
    setReveal((now) => {
      const video = getVideo();
      if (now !== "closed") return now;
      return video && !prefersReducedMotion() && isOnScreen(video) ? "opening" : "open";
    });
  useLayoutEffect(() => {
    if (reveal !== "closed") return;
    const timer = setTimeout(startReveal, FRAME_TIMEOUT_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [reveal]);
  return { reveal, startReveal, endReveal: () => setReveal("open") };
}

const keepFocus = (event: Event) => event.preventDefault();

/** A mouse that clicks the picture plays or pauses; a finger that taps it sees the controls for a while. */
function useTap(controls: PlayerControls) {
  const [isTapped, setTapped] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useLayoutEffect(() => () => clearTimeout(timer.current), []);
  const onPointerUp = ({ pointerType, target }: PointerEvent) => {
    if (pointerType === "mouse" && target === controls.video.peek()) togglePlay(controls);
    if (pointerType === "mouse") return;
    setTapped(true);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setTapped(false), TAP_MILLISECONDS);
  };
  return { isTapped, onPointerUp };
}

/** An address of captions, as long as they are on view: a track takes no text. */
function useCaptions(text: string): string | null {
  const url = useMemo(() => text && URL.createObjectURL(new Blob([text], { type: "text/vtt" })), [text]);
  useLayoutEffect(() => (url ? () => URL.revokeObjectURL(url) : undefined), [url]);
  return url || null;
}

export function Player({
  url,
  prompt,
  captions = "",
  isNew,
  controls,
  letters,
  onBroken,
  children,
}: PlayerProps) {
  const video = useRef<HTMLVideoElement>(null);
  const { reveal, startReveal, endReveal } = useReveal(isNew, () => video.current);
  const { isTapped, onPointerUp } = useTap(controls);
  useLayoutEffect(() => (video.current ? follow(video.current, controls) : undefined), [controls]);
  const track = useCaptions(captions);
  const isPlaying = controls.playing.value;
  const label = isPlaying ? strings.pause : strings.play;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the buttons inside take the focus, and their keys are heard here
    <div
      class="videogen-player"
      data-playing={isPlaying}
      data-shown={isTapped}
      onPointerUp={onPointerUp}
      onKeyDown={(event) => handleKey(event, controls, letters)}
    >
      <video
        ref={video}
        class="videogen-video"
        src={url}
        muted
        loop
        playsInline
        preload="metadata"
        aria-label={prompt}
        data-reveal={reveal}
        onLoadedData={startReveal}
        onAnimationEnd={endReveal}
        onError={onBroken}
      >
        {track && <track kind="captions" label={strings.captions} src={track} default />}
      </video>
      <button
        type="button"
        class="videogen-disc"
        tabIndex={-1}
        aria-label={strings.play}
        onClick={() => togglePlay(controls)}
      >
        <Icon name="play" solid />
      </button>
      {/* For a pointer only: the keyboard and screen readers have the same in the bar and in the row. */}
      <div class="videogen-over is-rest" aria-hidden="true" onMouseDown={keepFocus}>
        <button
          type="button"
          tabIndex={-1}
          aria-label={label}
          title={label}
          onClick={() => togglePlay(controls)}
        >
          <Icon name={isPlaying ? "pause" : "play"} />
        </button>
      </div>
      <div class="videogen-over is-actions" aria-hidden="true" onMouseDown={keepFocus}>
        {children}
      </div>
      <PlaybackBar controls={controls} hasCaptions={track !== null} />
    </div>
  );
}
