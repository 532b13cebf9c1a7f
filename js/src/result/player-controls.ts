/** What one player is told: by its keys and by the buttons below it. */

import { type Signal, signal } from "@preact/signals";

export const SPEEDS = [0.25, 0.5, 1, 1.5, 2] as const;
/** Frames a second where nobody said how many; most models make 24. */
const USUAL_FPS = 24;

export interface Screen {
  readonly video: Signal<HTMLVideoElement | null>;
  readonly loops: Signal<boolean>;
  /** Seconds between two frames. */
  readonly frame: number;
}

export const newScreen = (fps: number | null): Screen => ({
  video: signal(null),
  loops: signal(false),
  frame: 1 / (fps ?? USUAL_FPS),
});

/** Move by some seconds, and stand still there when `pause` is set. */
export function seek({ video }: Screen, seconds: number, { pause = false } = {}): void {
  const player = video.peek();
  if (player === null) return;
  if (pause) player.pause();
  player.currentTime = Math.min(Math.max(player.currentTime + seconds, 0), player.duration || 0);
}

export function toggle({ video }: Screen): void {
  const player = video.peek();
  if (player?.paused) void player.play().catch(() => undefined);
  else player?.pause();
}

/** Over other windows, or back. */
export async function float({ video }: Screen): Promise<void> {
  try {
    if (document.pictureInPictureElement) await document.exitPictureInPicture();
    else await video.peek()?.requestPictureInPicture();
  } catch {}
}

export const canFloat = (): boolean => document.pictureInPictureEnabled === true;

async function fill({ video }: Screen): Promise<void> {
  try {
    if (document.fullscreenElement) await document.exitFullscreen();
    else await video.peek()?.requestFullscreen();
  } catch {}
}

type Act = (screen: Screen) => unknown;
const keys: Readonly<Record<string, Act>> = {
  " ": toggle,
  k: toggle,
  j: (screen) => seek(screen, -1),
  l: (screen) => seek(screen, 1),
  ArrowLeft: (screen) => seek(screen, -1),
  ArrowRight: (screen) => seek(screen, 1),
  ",": (screen) => seek(screen, -screen.frame, { pause: true }),
  ".": (screen) => seek(screen, screen.frame, { pause: true }),
  m: ({ video }) => {
    const player = video.peek();
    if (player) player.muted = !player.muted;
  },
  f: fill,
};

/** Do what a key means on a player; tenths of the clip by the digits. */
export function press(event: KeyboardEvent, screen: Screen): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  const player = screen.video.peek();
  if (act) act(screen);
  else if (/^\d$/.test(event.key) && player)
    player.currentTime = (Number(event.key) / 10) * (player.duration || 0);
  else return;
  event.preventDefault();
}
