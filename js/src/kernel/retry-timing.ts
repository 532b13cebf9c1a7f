/** How long to wait for an answer before asking again, by how long the last ones took. */

/** What a line that is in order may take for one piece, before anything is known of it. */
const FIRST_MILLISECONDS = 5000;
const LEAST_MILLISECONDS = 1000;
/** An answer this many times as late as usual is lost, as a rule. */
const LATE = 4;
/** How much the newest answer counts, as in TCP's own estimate. */
const NEWEST = 1 / 4;

export class Pace {
  #usual = FIRST_MILLISECONDS / LATE;

  get patience(): number {
    return Math.max(LEAST_MILLISECONDS, LATE * this.#usual);
  }

  /** Learn from an answer, timed from the very asking that it answers. */
  took(milliseconds: number): void {
    this.#usual += (milliseconds - this.#usual) * NEWEST;
  }
}
