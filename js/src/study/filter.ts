/** Which rows, columns and clips are shown. */

import type { Cell, Row, Study } from "./facts";

export interface Filter {
  readonly words: string;
  /** The position of a model among the models; empty for all. */
  readonly model: string;
  readonly state: string;
  /** "unrated", or the least rating. */
  readonly rating: string;
}

export const noFilter: Filter = { words: "", model: "", state: "", rating: "" };

export const isFiltered = (filter: Filter): boolean => Object.values(filter).some((value) => value !== "");

/** Without case and accents. */
const fold = (text: string): string => text.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase();

/** All words have to be somewhere in the prompt, the label or the table's own columns. */
function hasWords(row: Row, words: string): boolean {
  const text = fold([row.prompt, row.label, ...Object.values(row.carried)].join(" "));
  return fold(words)
    .split(/\s+/)
    .every((word) => text.includes(word));
}

export function showsCell(cell: Cell, { state, rating }: Filter): boolean {
  if (state !== "" && cell.state !== state) return false;
  if (rating === "unrated") return cell.clip !== null && cell.rating === null;
  return rating === "" || (cell.rating ?? 0) >= Number(rating);
}

/** The columns of the chosen model, or all. */
export function listColumns(study: Study, { model }: Filter): readonly number[] {
  const chosen = study.models[Number(model)];
  const all = study.columns.map((_, column) => column);
  return model === "" || !chosen ? all : all.slice(chosen.first, chosen.first + chosen.count);
}

/** The rows that have something to show. */
export function listRows(study: Study, filter: Filter): readonly Row[] {
  const columns = listColumns(study, filter);
  return study.rows.filter(
    (row) =>
      hasWords(row, filter.words) &&
      columns.some((column) => {
        const cell = row.cells[column];
        return cell !== undefined && showsCell(cell, filter);
      }),
  );
}

/** How many clips are shown, of how many. */
export function countClips(study: Study, filter: Filter): readonly [shown: number, all: number] {
  const columns = new Set(listColumns(study, filter));
  const shown = listRows(study, filter).flatMap(({ cells }) =>
    cells.filter((cell, column) => cell?.clip && columns.has(column) && showsCell(cell, filter)),
  );
  return [shown.length, study.rows.flatMap(({ cells }) => cells.filter((cell) => cell?.clip)).length];
}
