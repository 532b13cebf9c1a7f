/** What is said of a clip. */

import * as format from "../text/format";
import { fill } from "../text/template";
import type { Cell } from "./facts";
import { strings } from "./strings";

/** Length, size, how long it took, price and rating: what is known. */
export function listFacts(cell: Cell): readonly string[] {
  const { seconds, width, height, bytes, made, cost, rating } = cell;
  return [
    seconds !== null && format.seconds(seconds),
    width !== null && `${width}×${height}`,
    bytes !== null && format.bytes(bytes),
    made !== null && fill(strings.made, { took: format.duration(made) }),
    cost !== null && format.dollars(cost),
    rating !== null && fill(strings.rated, { rating: `${rating}` }),
  ].filter((fact) => fact !== false);
}

/** Why there is no clip. */
export const getReason = (cell: Cell): string => cell.reason || strings.states[cell.state] || cell.state;
