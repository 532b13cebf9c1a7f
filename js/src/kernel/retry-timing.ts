/** The timeout after which a request is repeated, from how long the last answers took. */

/** The first timeout, before any answer was timed. */
const FIRST_MILLISECONDS = 5000;
const MIN_MILLISECONDS = 1000;
/** An answer that takes this many times as long as usual is taken for lost. */
const TIMEOUT_FACTOR = 4;
/** The weight of the newest answer in the moving average; TCP's estimate of a round trip uses 1/8 (RFC 6298). */
const SMOOTHING = 1 / 4;

export class RetryTiming {
  #smoothed = FIRST_MILLISECONDS / TIMEOUT_FACTOR;

  get timeoutMilliseconds(): number {
    return Math.max(MIN_MILLISECONDS, TIMEOUT_FACTOR * this.#smoothed);
  }

  /** Record how long an answer took, from the request that it answers. */
  record(milliseconds: number): void {
    this.#smoothed += (milliseconds - this.#smoothed) * SMOOTHING;
  }
}
