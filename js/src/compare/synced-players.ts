/** Plays several clips in step: the longest leads, the others follow its time, and only one has sound. */

import { batch, signal } from "@preact/signals";

/** A player that is off by more than this seeks; by less, it changes its rate a little until it has caught up. */
const JUMP_SECONDS = 0.08;
const RATE_CORRECTION = 0.03;

export class SyncedPlayers {
  readonly #players: HTMLVideoElement[] = [];
  /** How much later than the clock a player's clip begins, in seconds; negative for earlier. */
  readonly #shifts = new Map<HTMLVideoElement, number>();
  #speed = 1;
  #audible: number;
  /** Whether all begin again when the longest has ended. */
  loops = false;
  /** The time and the duration of the longest clip, in seconds. */
  readonly time = signal(0);
  readonly duration = signal(0);
  readonly playing = signal(false);

  /** `audible` is the player that has sound, from 0; -1 for none. */
  constructor(audible = 0) {
    this.#audible = audible;
  }

  /** Add a player; the returned function removes it. */
  add(player: HTMLVideoElement): () => void {
    const end = new AbortController();
    this.#players.push(player);
    player.muted = this.#players.length - 1 !== this.#audible;
    for (const type of ["timeupdate", "play", "pause", "loadedmetadata", "seeked"]) {
      player.addEventListener(type, this.#synchronize, { signal: end.signal });
    }
    player.addEventListener("ended", () => this.#end(player), { signal: end.signal });
    this.#publish();
    return () => {
      end.abort();
      player.pause();
      this.#players.splice(this.#players.indexOf(player), 1);
      this.#shifts.delete(player);
    };
  }

  /** The one whose end is the last, counted on the common clock. */
  get #leader(): HTMLVideoElement | undefined {
    return this.#players.reduce<HTMLVideoElement | undefined>(
      (last, one) => (this.#endOf(one) > (last ? this.#endOf(last) : 0) ? one : last),
      this.#players[0],
    );
  }

  play(): void {
    if (this.time.peek() >= this.duration.peek()) this.seek(0);
    for (const player of this.#players) void player.play().catch(() => undefined);
  }
  pause(): void {
    for (const player of this.#players) player.pause();
    this.seek(this.#now());
  }
  /** Go to a time of the common clock. */
  seek(seconds: number): void {
    for (const player of this.#players)
      player.currentTime = Math.min(Math.max(seconds - this.#shiftOf(player), 0), player.duration || 0);
    this.#publish();
  }
  /** Begin again, all from their first frames. */
  replay(): void {
    this.seek(0);
    this.play();
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
  /** Let a player's clip begin so many seconds after the clock; negative for before. */
  shift(player: HTMLVideoElement, seconds: number): void {
    const now = this.#now();
    this.#shifts.set(player, seconds);
    this.seek(now);
  }

  readonly #shiftOf = (player: HTMLVideoElement): number => this.#shifts.get(player) ?? 0;
  readonly #endOf = (player: HTMLVideoElement): number => (player.duration || 0) + this.#shiftOf(player);

  #now(): number {
    const leader = this.#leader;
    return leader ? leader.currentTime + this.#shiftOf(leader) : 0;
  }

  /** A clip that is shorter stays at its end until the longest has ended, too. */
  #end(player: HTMLVideoElement): void {
    if (player !== this.#leader) return;
    if (this.loops) this.replay();
    else this.#publish();
  }

  readonly #synchronize = (): void => {
    const leader = this.#leader;
    if (leader && !leader.paused) {
      const now = this.#now();
      for (const player of this.#players)
        if (player !== leader) this.#follow(player, now - this.#shiftOf(player));
    }
    this.#publish();
  };

  #publish(): void {
    const leader = this.#leader;
    batch(() => {
      this.time.value = this.#now();
      this.duration.value = leader ? this.#endOf(leader) : 0;
      // A loop that begins again is never seen to stand.
      this.playing.value = leader !== undefined && (leader.ended ? this.loops : !leader.paused);
    });
  }

  #follow(player: HTMLVideoElement, time: number): void {
    const behind = time - player.currentTime;
    // Before its beginning it stands on its first frame, after its end on its last.
    if (time < 0) {
      if (player.currentTime > 0) player.currentTime = 0;
      return;
    }
    if (player.ended || time >= (player.duration || 0)) return;
    if (Math.abs(behind) > JUMP_SECONDS) player.currentTime = time;
    player.playbackRate =
      this.#speed * (1 + Math.sign(behind) * (Math.abs(behind) > 0.01 ? RATE_CORRECTION : 0));
  }
}
