/** Plays shots one after another as their film would: one player is seen, the other has the next shot ready. */

import { signal } from "@preact/signals";

/** One clip of the row. */
export interface Reel {
  /** Another clip has another key. */
  readonly key: string;
  /** When it begins and how long it is, in seconds of the whole. */
  readonly start: number;
  readonly seconds: number;
  /** Find where it can be played from; rejects where it can't be loaded. */
  readonly locate: () => Promise<string>;
}

type Pair = readonly [HTMLVideoElement, HTMLVideoElement];
/** A clip can be a little shorter than it says: its very end may have no picture. */
const END_SECONDS = 0.02;

const isBefore = (seconds: number, { start, seconds: length }: Reel): boolean => seconds < start + length;

export class ShotPlayer {
  /** Seconds of the whole. */
  readonly time = signal(0);
  readonly duration = signal(0);
  readonly playing = signal(false);
  readonly muted = signal(true);
  /** The clip that is seen; null before one is. */
  readonly seen = signal<Reel | null>(null);
  /** The clip that can't be played. */
  readonly fault = signal<Reel | null>(null);
  #reels: readonly Reel[] = [];
  #players: Pair | null = null;
  #front = 0;
  #speed = 1;
  /** What will be seen as soon as it can. */
  #target: { readonly reel: Reel; readonly at: number } | null = null;
  readonly #loaded = new WeakMap<HTMLVideoElement, Reel>();
  #frame = 0;

  /** Play in these two players, which lie over each other; the returned function ends that. */
  attach(players: Pair): () => void {
    const end = new AbortController();
    this.#players = players;
    for (const player of players) {
      const { signal: until } = end;
      player.muted = this.muted.peek();
      for (const type of ["loadeddata", "seeked"])
        player.addEventListener(type, () => this.#settle(player), { signal: until });
      player.addEventListener("ended", () => this.#goOn(player), { signal: until });
      player.addEventListener("pause", () => this.#rest(player), { signal: until });
      player.addEventListener("error", () => this.#fail(player), { signal: until });
    }
    this.seek(this.time.peek());
    return () => {
      end.abort();
      this.pause();
      this.#players = null;
      this.#target = null;
      this.seen.value = null;
    };
  }

  /** Set what is played; a clip that stays keeps its place. */
  set(reels: readonly Reel[], duration: number): void {
    const seen = this.seen.peek();
    this.#reels = reels;
    this.duration.value = duration;
    const kept = reels.find(({ key }) => key === seen?.key);
    if (seen && kept) {
      this.time.value += kept.start - seen.start;
      this.seen.value = kept;
    } else if (this.#players) this.seek(Math.min(this.time.peek(), duration));
  }

  play(): void {
    if (this.time.peek() >= this.duration.peek() - END_SECONDS) this.seek(0);
    this.playing.value = this.#reels.length > 0;
    if (this.#target === null) this.#start();
    this.#tick();
  }
  pause(): void {
    this.playing.value = false;
    cancelAnimationFrame(this.#frame);
    for (const player of this.#players ?? []) player.pause();
  }
  seek(seconds: number): void {
    const at = Math.min(Math.max(seconds, 0), this.duration.peek());
    const reel = this.#reels.find((one) => isBefore(at, one)) ?? this.#reels.at(-1);
    this.time.value = at;
    if (reel) void this.#show(reel, Math.min(Math.max(at - reel.start, 0), reel.seconds));
  }
  set speed(speed: number) {
    this.#speed = speed;
    for (const player of this.#players ?? []) this.#setSpeed(player);
  }
  mute(isMuted: boolean): void {
    this.muted.value = isMuted;
    for (const player of this.#players ?? []) player.muted = isMuted;
  }

  get #seen(): HTMLVideoElement | undefined {
    return this.#players?.[this.#front];
  }
  get #spare(): HTMLVideoElement | undefined {
    return this.#players?.[1 - this.#front];
  }

  /** Loading a clip takes the speed of a player back. */
  #setSpeed(player: HTMLVideoElement): void {
    player.defaultPlaybackRate = this.#speed;
    player.playbackRate = this.#speed;
  }

  async #show(reel: Reel, at: number): Promise<void> {
    const isSeen = this.seen.peek()?.key === reel.key;
    const player = isSeen ? this.#seen : this.#spare;
    if (player === undefined) return;
    const target = { reel, at };
    this.#target = target;
    if (!(await this.#load(player, reel)) || this.#target !== target) return;
    // A player that has no clip yet begins there.
    if (Math.abs(player.currentTime - at) > 0.001) player.currentTime = at;
    this.#settle(player);
  }

  /** Load a clip; false where the player was given another meanwhile, and where it can't be loaded. */
  async #load(player: HTMLVideoElement, reel: Reel): Promise<boolean> {
    if (this.#loaded.get(player)?.key === reel.key) return true;
    this.#loaded.set(player, reel);
    try {
      const url = await reel.locate();
      if (this.#loaded.get(player) !== reel) return false;
      player.src = url;
      this.#setSpeed(player);
      return true;
    } catch {
      this.#fail(player);
      return false;
    }
  }

  /** Show what is wanted, once its picture is there. */
  #settle(player: HTMLVideoElement): void {
    const target = this.#target;
    if (!target || this.#loaded.get(player)?.key !== target.reel.key) return;
    if (player.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || player.seeking) return;
    this.#target = null;
    if (player === this.#spare) this.#swap();
    this.seen.value = this.#reels.find(({ key }) => key === target.reel.key) ?? target.reel;
    this.fault.value = null;
    if (this.playing.peek()) this.#start();
    this.#prepare();
  }

  #swap(): void {
    const before = this.#seen;
    this.#front = 1 - this.#front;
    before?.pause();
    for (const player of this.#players ?? []) player.dataset["seen"] = String(player === this.#seen);
  }

  #next(): Reel | undefined {
    const key = this.seen.peek()?.key;
    const at = this.#reels.findIndex((reel) => reel.key === key);
    return at < 0 ? undefined : this.#reels[at + 1];
  }

  /** Have the next clip ready at its first frame. */
  #prepare(): void {
    const [next, player] = [this.#next(), this.#spare];
    if (!next || !player) return;
    void this.#load(player, next).then((isLoaded) => {
      if (isLoaded && this.#target === null && player === this.#spare && player.currentTime > 0)
        player.currentTime = 0;
    });
  }

  #start(): void {
    const player = this.#seen;
    if (player?.src) void player.play()?.catch(() => this.#rest(player));
  }

  /** A clip has ended: the next one begins at once. */
  #goOn(player: HTMLVideoElement): void {
    if (player !== this.#seen || !this.playing.peek()) return;
    const next = this.#next();
    if (next) {
      this.time.value = next.start;
      void this.#show(next, 0);
    } else {
      this.pause();
      this.time.value = this.duration.peek();
    }
  }

  /** The browser paused it, as it does with what is out of view. */
  #rest(player: HTMLVideoElement): void {
    if (player === this.#seen && this.#target === null && !player.ended) this.playing.value = false;
  }

  #fail(player: HTMLVideoElement): void {
    const reel = this.#loaded.get(player);
    this.#loaded.delete(player);
    if (!reel || this.#target?.reel.key !== reel.key) return;
    this.#target = null;
    this.fault.value = reel;
    this.pause();
  }

  readonly #tick = (): void => {
    cancelAnimationFrame(this.#frame);
    const [reel, player] = [this.seen.peek(), this.#seen];
    if (!this.playing.peek()) return;
    if (reel && player && this.#target === null)
      this.time.value = reel.start + Math.min(player.currentTime, reel.seconds);
    this.#frame = requestAnimationFrame(this.#tick);
  };
}
