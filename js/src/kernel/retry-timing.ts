/** How long to wait for an answer before asking again, by how long the last ones took. */

/** What a line that is in order may take for one piece, before anything is known of it. */
const FIRST_MILLISECONDS = 5000;
const MIN_MILLISECONDS = 1000;
/** An answer this many times as late as usual is lost, as a rule. */
const TIMEOUT_FACTOR = 4;
/** How much the newest answer counts, as in TCP's own estimate. */
const SMOOTHING = 1 / 4;

export class RetryTiming {
  #smoothed = FIRST_MILLISECONDS / TIMEOUT_FACTOR;

  get timeoutMilliseconds(): number {
    return Math.max(MIN_MILLISECONDS, TIMEOUT_FACTOR * this.#smoothed);
  }

  /** Learn from an answer, timed from the very asking that it answers. */
  record(milliseconds: number): void {
    this.#smoothed += (milliseconds - this.#smoothed) * SMOOTHING;
  }
}
