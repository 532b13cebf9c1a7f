/** The kernel's clock, told by the page: the bar ticks here, so that no message is spent on the passing of time. */

import { type ReadonlySignal, signal } from "@preact/signals";

/** Half a second, so that no second is skipped when a timer comes late. */
const TICK_MILLISECONDS = 500;
/** A correction smaller than this is the message's own travel time. */
const MIN_CORRECTION_SECONDS = 1;

export class Clock {
  readonly #offset = signal(0);
  readonly #second = signal(0);
  #watchers = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Whole seconds of the kernel's clock; moves only while somebody watches. */
  get second(): ReadonlySignal<number> {
    return this.#second;
  }

  /** Elapsed seconds since a moment of the kernel's clock. */
  secondsSince(moment: number): number {
    void this.#second.value;
    return Math.max(0, this.#now() - moment);
  }

  /** Seconds until a moment of the kernel's clock. */
  secondsUntil(moment: number): number {
    void this.#second.value;
    return Math.max(0, moment - this.#now());
  }

  /** Take over the kernel's reading, as its ack gave it. */
  correct(kernelNow: number): void {
    const offset = kernelNow - Date.now() / 1000;
    if (!Number.isFinite(offset) || Math.abs(offset - this.#offset.peek()) < MIN_CORRECTION_SECONDS) return;
    this.#offset.value = offset;
    this.#read();
  }

  /** Tick until the returned function is called; views share one timer. */
  start(): () => void {
    this.#watchers += 1;
    this.#timer ??= setInterval(() => this.#read(), TICK_MILLISECONDS);
    this.#read();
    let watching = true;
    return () => {
      if (!watching) return;
      watching = false;
      this.#watchers -= 1;
      if (this.#watchers === 0) this.stop();
    };
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #now(): number {
    return Date.now() / 1000 + this.#offset.value;
  }

  #read(): void {
    this.#second.value = Math.floor(this.#now());
  }
}
