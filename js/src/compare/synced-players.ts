/** Plays several clips in step: the longest leads, the others follow its time, and only one has sound. */

import { batch, signal } from "@preact/signals";

/** A player that is off by more than this seeks; by less, it changes its rate a little until it has caught up. */
const JUMP_SECONDS = 0.08;
const RATE_CORRECTION = 0.03;

export class SyncedPlayers {
  readonly #players: HTMLVideoElement[] = [];
  #speed = 1;
  #audible = 0;
  /** The time and the duration of the longest clip, in seconds. */
  readonly time = signal(0);
  readonly duration = signal(0);
  readonly playing = signal(false);

  /** Add a player; the returned function removes it. */
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
  /** Unmute one player and mute the others; -1 mutes all. */
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
    // A shorter clip stays at its end.
    if (player.ended || time >= (player.duration || 0)) return;
    if (Math.abs(behind) > JUMP_SECONDS) player.currentTime = time;
    player.playbackRate =
      this.#speed * (1 + Math.sign(behind) * (Math.abs(behind) > 0.01 ? RATE_CORRECTION : 0));
  }
}
