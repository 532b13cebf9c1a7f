/** The kernel's clock, kept by the page, so that no message is needed to count seconds. */

import { type ReadonlySignal, signal } from "@preact/signals";

/** Half a second, so that no second is skipped when a timer fires late. */
const TICK_MILLISECONDS = 500;
/** A smaller difference is taken for the message's latency. */
const MIN_CORRECTION_SECONDS = 1;

export class Clock {
  readonly #offset = signal(0);
  readonly #second = signal(0);
  #watchers = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Whole seconds of the kernel's clock; updated only while it is started. */
  get second(): ReadonlySignal<number> {
    return this.#second;
  }

  /** Seconds since a time of the kernel's clock. */
  secondsSince(moment: number): number {
    void this.#second.value;
    return Math.max(0, this.#now() - moment);
  }

  /** Seconds until a time of the kernel's clock. */
  secondsUntil(moment: number): number {
    void this.#second.value;
    return Math.max(0, moment - this.#now());
  }

  /** Correct the clock by the kernel's time in an ack. */
  correct(kernelNow: number): void {
    const offset = kernelNow - Date.now() / 1000;
    if (!Number.isFinite(offset) || Math.abs(offset - this.#offset.peek()) < MIN_CORRECTION_SECONDS) return;
    this.#offset.value = offset;
    this.#read();
  }

  /** Run the clock until the returned function is called; views share one timer. */
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
