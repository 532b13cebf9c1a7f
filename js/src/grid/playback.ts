/** Which tiles of a view play: the one under the pointer, the one with the focus, or all in view, up to a limit. */

import { signal } from "@preact/signals";

/** Players at once; browsers decode no more without dropping frames. */
const MAX_PLAYING = 24;
/** Tiles rest while somebody scrolls, and for this time after. */
const REST_MILLISECONDS = 150;

export class Playback {
  readonly isAll = signal(false);
  readonly isScrolling = signal(false);
  /** The tile that was started or stopped with a key, until the focus leaves it. */
  readonly held = signal<{ readonly position: number; readonly on: boolean } | null>(null);
  /** The tiles of *Play all* that have a player. */
  readonly #playing = new Set<number>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  scrolled(): void {
    clearTimeout(this.#timer);
    this.isScrolling.value = true;
    this.#timer = setTimeout(() => {
      this.isScrolling.value = false;
    }, REST_MILLISECONDS);
  }

  /** Take one of the players, where one is free; the returned function gives it back. */
  take(position: number): (() => void) | null {
    if (this.#playing.size >= MAX_PLAYING) return null;
    this.#playing.add(position);
    return () => this.#playing.delete(position);
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }
}
