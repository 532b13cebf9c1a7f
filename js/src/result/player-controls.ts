/** Controls one player, by its keys and by the buttons below it. */

import { type Signal, signal } from "@preact/signals";

export const SPEEDS = [0.25, 0.5, 1, 1.5, 2] as const;
/** Frames per second when unknown; most models make 24. */
const DEFAULT_FPS = 24;

export interface PlayerControls {
  readonly video: Signal<HTMLVideoElement | null>;
  readonly loops: Signal<boolean>;
  /** The duration of a frame, in seconds. */
  readonly frameSeconds: number;
}

export const createControls = (fps: number | null): PlayerControls => ({
  video: signal(null),
  loops: signal(false),
  frameSeconds: 1 / (fps ?? DEFAULT_FPS),
});

/** Seek by some seconds; with `pause`, pause there. */
export function seek({ video }: PlayerControls, seconds: number, { pause = false } = {}): void {
  const player = video.peek();
  if (player === null) return;
  if (pause) player.pause();
  player.currentTime = Math.min(Math.max(player.currentTime + seconds, 0), player.duration || 0);
}

export function togglePlay({ video }: PlayerControls): void {
  const player = video.peek();
  if (player?.paused) void player.play().catch(() => undefined);
  else player?.pause();
}

/** Enter or leave picture in picture. */
export async function togglePictureInPicture({ video }: PlayerControls): Promise<void> {
  try {
    if (document.pictureInPictureElement) await document.exitPictureInPicture();
    else await video.peek()?.requestPictureInPicture();
  } catch {}
}

export const supportsPictureInPicture = (): boolean => document.pictureInPictureEnabled === true;

async function toggleFullscreen({ video }: PlayerControls): Promise<void> {
  try {
    if (document.fullscreenElement) await document.exitFullscreen();
    else await video.peek()?.requestFullscreen();
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
  m: ({ video }) => {
    const player = video.peek();
    if (player) player.muted = !player.muted;
  },
  f: toggleFullscreen,
};

/** Do what a key means in a player; digits seek to tenths of the clip. */
export function handleKey(event: KeyboardEvent, controls: PlayerControls): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  const player = controls.video.peek();
  if (act) act(controls);
  else if (/^\d$/.test(event.key) && player)
    player.currentTime = (Number(event.key) / 10) * (player.duration || 0);
  else return;
  event.preventDefault();
}
