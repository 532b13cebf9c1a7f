/** What is said of a cell: on its tile, and as its name. */

import type { GridCellView, GridColumnView, GridView } from "../kernel/protocol.gen";
import * as format from "../text/format";
import { fill } from "../text/template";
import { strings } from "./strings";

/** "seed 1 · 1280×720": what a column differs in from the others of its model. */
export function nameColumn(column: GridColumnView, { columns }: Pick<GridView, "columns">): string {
  const takes = columns.some(({ take }) => take > 1);
  return [
    column.seed !== null && fill(strings.seed, { seed: String(column.seed) }),
    column.seed === null && takes && fill(strings.take, { take: String(column.take) }),
    ...column.values,
  ]
    .filter(Boolean)
    .join(" · ");
}

/** The same model of two providers is told by both names. */
export function nameModel(column: GridColumnView, { columns }: Pick<GridView, "columns">): string {
  const isShared = columns.some((one) => one.model === column.model && one.provider !== column.provider);
  return isShared ? `${column.model} · ${column.provider}` : column.model;
}

const cost = (price: number) => ({ cost: format.dollars(price) });

/** What pressing a tile without a clip does, in words; empty where there is nothing to do. */
export function getStep({ state, step, price }: GridCellView): string {
  if (state === "gone") return strings.restore;
  if (step === "look") return strings.look;
  if (step === "") return "";
  if (price === null) return step === "retry" ? strings.retry : strings.resend;
  if (price === 0) return step === "retry" ? strings.retryFree : strings.resend;
  return fill(step === "retry" ? strings.retryPriced : strings.resendPriced, cost(price));
}

/** Why there is no clip, in about four words. */
export function getReason({ state, reason }: GridCellView): string {
  if (state === "gone") return strings.state.gone;
  if (state === "cancelled") return reason || strings.state.cancelled;
  if (state === "undecided") return reason || strings.lost;
  return state === "failed" ? reason || strings.state.failed : "";
}

function nameState(cell: GridCellView): string {
  if (cell.progress !== null && cell.state === "making")
    return fill(strings.percentSpoken, { percent: String(Math.floor(cell.progress)) });
  const reason = getReason(cell);
  return reason && cell.state !== "cancelled"
    ? [strings.state[cell.state], reason].filter((one, at, all) => all.indexOf(one) === at).join(": ")
    : [strings.state[cell.state], cell.status].filter(Boolean).join(", ");
}

/** The accessible name of a tile: all that is drawn on it, and where it stands. */
export function nameCell(place: readonly string[], cell: GridCellView): string {
  const rating =
    cell.rating === null ? strings.unrated : fill(strings.rated, { rating: String(cell.rating) });
  const words = [
    ...place,
    nameState(cell),
    cell.state === "ready" && rating,
    cell.checks,
    cell.starred && strings.starred,
    getStep(cell),
    cell.step === "resend" && strings.mayChargeTwice,
  ];
  return words.filter(Boolean).join(", ");
}
