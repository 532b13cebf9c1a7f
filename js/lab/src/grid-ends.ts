/** The ends of a grid's jobs: a grid of a hundred cells tells its own end, not a hundred. */

import type { End } from "./announcer";
import type { Job } from "./jobs";

/** A person decides on it, so it is told at once. */
const NEEDS_DECISION = "unknown_outcome";

export class GridEnds {
  readonly #told = new Set<string>();

  constructor(
    private readonly read: (id: string) => Promise<Job | null>,
    private readonly tell: (end: End) => void,
  ) {}

  /** Hand on the end of a job: of a grid's, only the last one, in the name of the grid. */
  async hear(end: End, grid: string | null): Promise<void> {
    if (!grid || end.state === NEEDS_DECISION) return this.tell(end);
    const cells = (await this.read(end.id))?.cells;
    const key = `${grid} ${cells?.clips} ${cells?.ready}`;
    if (!cells || cells.open > 0 || this.#told.has(key)) return;
    this.#told.add(key);
    const title = `${grid} (${cells.ready} of ${cells.clips})`;
    this.tell({ id: end.id, state: cells.ready === cells.clips ? "grid" : "grid_with_failures", title });
  }
}
