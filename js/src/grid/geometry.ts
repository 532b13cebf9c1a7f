/** Where tiles stand, and which are in view. All lengths are CSS pixels. */

import { findRows } from "../sheet/virtual-rows";

/** Between the tiles of one model, and between two models. */
export const GAP = 4;
const GROUP_GAP = 16;
/** Takes: the gap, the least width of a tile, and how many columns there may be. */
const TAKES_GAP = 8;
const MIN_TAKE = 168;
const [MIN_TAKES, MAX_TAKES, NARROW_TAKES] = [4, 7, 3];
/** Fewer columns than this are all drawn. */
const FEW_COLUMNS = 16;

/** The columns of a contact sheet: of four to seven the number that leaves the fewest holes, three where it is narrow. */
export function countTakeColumns(width: number, takes: number): number {
  const fitting = Math.floor((width + TAKES_GAP) / (MIN_TAKE + TAKES_GAP));
  const most = Math.min(MAX_TAKES, fitting);
  if (most < MIN_TAKES || takes < MIN_TAKES)
    return Math.max(1, Math.min(takes, Math.max(NARROW_TAKES, most)));
  const holes = (columns: number) => (columns - (takes % columns)) % columns;
  let best = MIN_TAKES;
  for (let columns = MIN_TAKES; columns <= most; columns += 1)
    if (holes(columns) <= holes(best)) best = columns;
  return best;
}

/** `aspect` is width by height of a tile. */
export const measureTakes = (width: number, columns: number, aspect: number) => {
  const tileWidth = (width - (columns - 1) * TAKES_GAP) / columns;
  return { tileWidth, rowHeight: tileWidth / aspect + TAKES_GAP };
};

/** Rows, of which one may be opened and higher. */
export interface Lines {
  readonly count: number;
  readonly rowHeight: number;
  /** The opened one; -1 for none. */
  readonly opened: number;
  readonly openedHeight: number;
}

/** How much higher than a row the opened one is. */
const getExtra = ({ opened, openedHeight, rowHeight }: Lines) =>
  opened < 0 ? 0 : Math.max(0, openedHeight - rowHeight);

export const getTop = (lines: Lines, line: number): number =>
  line * lines.rowHeight + (line > lines.opened ? getExtra(lines) : 0);

export const getHeight = (lines: Lines): number => lines.count * lines.rowHeight + getExtra(lines);

/** The lines in view, and one more on either side. */
export function findLines(lines: Lines, top: number, height: number): readonly [first: number, end: number] {
  const openedTop = lines.opened * lines.rowHeight;
  /** Above the opened line nothing is moved; inside it, it is the one in view; below it, all is moved by what it adds. */
  const flatten = (y: number) =>
    lines.opened < 0 || y <= openedTop ? y : Math.max(openedTop, y - getExtra(lines));
  const [from, to] = [flatten(top), flatten(top + height)];
  return findRows(lines.rowHeight, from, Math.max(0, to - from), lines.count);
}

/** The columns of a table: where each begins after the prompts. `firsts` are those that begin a model. */
export class ColumnGeometry {
  readonly #starts: readonly number[];
  readonly #tileWidth: number;
  readonly #firsts: readonly boolean[];

  constructor(tileWidth: number, firsts: readonly boolean[]) {
    this.#tileWidth = tileWidth;
    this.#firsts = firsts;
    let start = 0;
    this.#starts = firsts.map((isFirst) => {
      const own = start;
      start += tileWidth + GAP + (isFirst ? GROUP_GAP - GAP : 0);
      return own;
    });
  }

  /** The tracks of a row, for a stylesheet; between two tracks is `GAP`. */
  get tracks(): string {
    const group = this.#tileWidth + GROUP_GAP - GAP;
    return this.#firsts.map((isFirst) => `${isFirst ? group : this.#tileWidth}px`).join(" ");
  }

  get width(): number {
    const groups = this.#firsts.filter(Boolean).length;
    return this.#starts.length * (this.#tileWidth + GAP) + groups * (GROUP_GAP - GAP);
  }

  getStart(column: number): number {
    return this.#starts[column] ?? 0;
  }

  /** The columns in view of a sheet that shows `width` from `left` on. */
  find(left: number, width: number): readonly [first: number, end: number] {
    const count = this.#starts.length;
    if (count <= FEW_COLUMNS) return [0, count];
    const first = this.#starts.findIndex((start) => start + this.#tileWidth + GROUP_GAP > left);
    const after = this.#starts.findIndex((start) => start > left + width);
    return [Math.max(0, first - 1), after < 0 ? count : Math.min(count, after + 1)];
  }
}
