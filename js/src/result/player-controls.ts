/** Controls one player, by its keys and by the buttons over it. */

import { type Signal, signal } from "@preact/signals";
import { prefersReducedMotion } from "../state/theme";

export const SPEEDS = [0.25, 0.5, 1, 1.5, 2] as const;
/** Frames per second when unknown; most models make 24. */
const DEFAULT_FPS = 24;
/** At least half of the clip is on screen. */
const VISIBLE_SHARE = 0.5;

export interface PlayerControls {
  readonly video: Signal<HTMLVideoElement | null>;
  /** What the video does; written by `follow`. */
  readonly playing: Signal<boolean>;
  readonly muted: Signal<boolean>;
  /** Seconds. */
  readonly time: Signal<number>;
  readonly duration: Signal<number>;
  /** The clip plays when it is on screen: until it is paused, and not where motion is reduced. */
  readonly wanted: Signal<boolean>;
  /** The duration of a frame, in seconds. */
  readonly frameSeconds: number;
}

export const createControls = (fps: number | null): PlayerControls => ({
  video: signal(null),
  playing: signal(false),
  muted: signal(true),
  time: signal(0),
  duration: signal(0),
  wanted: signal(!prefersReducedMotion()),
  frameSeconds: 1 / (fps ?? DEFAULT_FPS),
});

const play = (player: HTMLVideoElement) => void player.play().catch(() => undefined);

/** Keep the signals true, and play only on screen; the returned function ends that. */
export function follow(player: HTMLVideoElement, controls: PlayerControls): () => void {
  const end = new AbortController();
  const read = () => {
    controls.playing.value = !player.paused;
    controls.muted.value = player.muted;
    controls.time.value = player.currentTime;
    controls.duration.value = player.duration || 0;
  };
  player.muted = true;
  controls.video.value = player;
  for (const type of ["play", "pause", "timeupdate", "seeked", "durationchange", "volumechange"])
    player.addEventListener(type, read, { signal: end.signal });
  const stopWatching = playOnScreen(player, controls);
  return () => {
    end.abort();
    stopWatching();
    controls.video.value = null;
  };
}

/** Sound never starts by itself: a clip that comes back on screen is muted. */
function playOnScreen(player: HTMLVideoElement, { wanted }: PlayerControls): () => void {
  if (typeof IntersectionObserver === "undefined") return () => undefined;
  const observer = new IntersectionObserver(
    (entries) => {
      const isVisible = (entries.at(-1)?.intersectionRatio ?? 0) >= VISIBLE_SHARE;
      if (!isVisible) player.pause();
      else if (player.paused && wanted.peek()) {
        player.muted = true;
        play(player);
      }
    },
    { threshold: VISIBLE_SHARE },
  );
  observer.observe(player);
  return () => observer.disconnect();
}

/** Seek by some seconds; with `pause`, pause there. */
export function seek(controls: PlayerControls, seconds: number, { pause = false } = {}): void {
  const player = controls.video.peek();
  if (player === null) return;
  if (pause) setPlaying(controls, false);
  player.currentTime = Math.min(Math.max(player.currentTime + seconds, 0), player.duration || 0);
}

function setPlaying({ video, wanted }: PlayerControls, isPlaying: boolean): void {
  const player = video.peek();
  wanted.value = isPlaying;
  if (player && isPlaying) play(player);
  else player?.pause();
}

export const togglePlay = (controls: PlayerControls): void =>
  setPlaying(controls, controls.video.peek()?.paused ?? true);

export function toggleMuted({ video }: PlayerControls): void {
  const player = video.peek();
  if (player) player.muted = !player.muted;
}

/** Enter or leave picture in picture. */
export async function togglePictureInPicture({ video }: PlayerControls): Promise<void> {
  try {
    if (document.pictureInPictureElement) await document.exitPictureInPicture();
    else await video.peek()?.requestPictureInPicture();
  } catch {}
}

export const supportsPictureInPicture = (): boolean => document.pictureInPictureEnabled === true;

/** Show the frame with our controls full screen; a telephone that can't shows its own player. */
export async function toggleFullscreen({ video }: PlayerControls): Promise<void> {
  const player = video.peek() as (HTMLVideoElement & { webkitEnterFullscreen?: () => void }) | null;
  const frame = player?.closest<HTMLElement>(".videogen-video-frame");
  try {
    if (document.fullscreenElement) await document.exitFullscreen();
    else if (frame?.requestFullscreen) await frame.requestFullscreen();
    else player?.webkitEnterFullscreen?.();
  } catch {}
}

type KeyAction = (screen: PlayerControls) => unknown;
const keys: Readonly<Record<string, KeyAction>> = {
  " ": togglePlay,
  k: togglePlay,
  j: (screen) => seek(screen, -1),
  l: (screen) => seek(screen, 1),
  ArrowLeft: (screen) => seek(screen, -1),
  ArrowRight: (screen) => seek(screen, 1),
  ",": (screen) => seek(screen, -screen.frameSeconds, { pause: true }),
  ".": (screen) => seek(screen, screen.frameSeconds, { pause: true }),
  m: toggleMuted,
  f: toggleFullscreen,
};

/** Space presses a button, and a list of choices has keys of its own. */
const isTaken = ({ key, target }: KeyboardEvent): boolean =>
  target instanceof HTMLSelectElement || (key === " " && target instanceof HTMLButtonElement);

/** Do what a key means in a player; digits seek to tenths of the clip, `letters` are the clip's own. */
export function handleKey(
  event: KeyboardEvent,
  controls: PlayerControls,
  letters: Readonly<Record<string, () => void>> = {},
): void {
  if (event.ctrlKey || event.metaKey || event.altKey || isTaken(event)) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const act = keys[key] ?? letters[key];
  const player = controls.video.peek();
  if (act) act(controls);
  else if (/^\d$/.test(key) && player) player.currentTime = (Number(key) / 10) * (player.duration || 0);
  else return;
  event.preventDefault();
}
