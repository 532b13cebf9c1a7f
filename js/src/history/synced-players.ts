/** Several clips under one clock: one leads, the others are kept beside it, and one of them is heard. */

import { batch, signal } from "@preact/signals";

/** Further apart than this is a jump; nearer is caught up with unnoticed. */
const JUMP_SECONDS = 0.08;
const RATE_CORRECTION = 0.03;

export class SyncedPlayers {
  readonly #players: HTMLVideoElement[] = [];
  #speed = 1;
  #audible = 0;
  /** Seconds, of the longest clip. */
  readonly time = signal(0);
  readonly duration = signal(0);
  readonly playing = signal(false);

  /** Take a clip in; the returned function lets it go. */
  add(player: HTMLVideoElement): () => void {
    const end = new AbortController();
    this.#players.push(player);
    player.muted = this.#players.length - 1 !== this.#audible;
    for (const type of ["timeupdate", "play", "pause", "loadedmetadata", "ended", "seeked"]) {
      player.addEventListener(type, this.#synchronize, { signal: end.signal });
    }
    this.#publish();
    return () => {
      end.abort();
      player.pause();
      this.#players.splice(this.#players.indexOf(player), 1);
    };
  }

  get #leader(): HTMLVideoElement | undefined {
    return this.#players.reduce<HTMLVideoElement | undefined>(
      (longest, one) => ((one.duration || 0) > (longest?.duration || 0) ? one : longest),
      this.#players[0],
    );
  }

  play(): void {
    if (this.time.peek() >= this.duration.peek()) this.seek(0);
    for (const player of this.#players) void player.play().catch(() => undefined);
  }
  pause(): void {
    for (const player of this.#players) player.pause();
    this.seek(this.#leader?.currentTime ?? 0);
  }
  seek(seconds: number): void {
    for (const player of this.#players)
      player.currentTime = Math.min(Math.max(seconds, 0), player.duration || 0);
    this.#publish();
  }
  /** One sound at a time; none with -1. */
  unmute(index: number): void {
    this.#audible = index;
    for (const [at, player] of this.#players.entries()) player.muted = at !== index;
  }
  set speed(speed: number) {
    this.#speed = speed;
    for (const player of this.#players) player.playbackRate = speed;
  }
  set loops(on: boolean) {
    for (const player of this.#players) player.loop = on;
  }

  readonly #synchronize = (): void => {
    const leader = this.#leader;
    if (leader && !leader.paused) {
      for (const player of this.#players) if (player !== leader) this.#follow(player, leader.currentTime);
    }
    this.#publish();
  };

  #publish(): void {
    const leader = this.#leader;
    batch(() => {
      this.time.value = leader?.currentTime ?? 0;
      this.duration.value = leader?.duration || 0;
      this.playing.value = leader !== undefined && !leader.paused && !leader.ended;
    });
  }

  #follow(player: HTMLVideoElement, time: number): void {
    const behind = time - player.currentTime;
    // A shorter clip waits at its end.
    if (player.ended || time >= (player.duration || 0)) return;
    if (Math.abs(behind) > JUMP_SECONDS) player.currentTime = time;
    player.playbackRate =
      this.#speed * (1 + Math.sign(behind) * (Math.abs(behind) > 0.01 ? RATE_CORRECTION : 0));
  }
}
