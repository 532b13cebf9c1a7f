/** Rows of which only those in view are in the page; all lengths in CSS pixels. */

/** Rows that are drawn above and below what is in view. */
const SPARE_ROWS = 1;

/** The rows of equal height that are in view, and one more on either side. */
export function findRows(
  rowHeight: number,
  top: number,
  height: number,
  total: number,
): readonly [first: number, end: number] {
  const first = Math.max(0, Math.floor(top / rowHeight) - SPARE_ROWS);
  const end = Math.floor((top + height) / rowHeight) + SPARE_ROWS + 1;
  return [Math.min(first, total), Math.min(end, total)];
}

/** How far a sheet has to be scrolled to show what reaches from `start` to `end`; where it is in view, it stays. */
export const scrollToShow = (start: number, end: number, top: number, height: number): number =>
  start < top ? start : Math.max(top, end - height);
