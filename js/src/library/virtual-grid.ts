/** A grid of which only the rows in view are in the page: where each tile stands, and which are drawn. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { findRows, scrollToShow } from "../sheet/virtual-rows";

/** CSS pixels. The stylesheet gives the words below a tile this height. */
const WORDS = 57;
const COLUMN_GAP = 12;
const ROW_GAP = 16;
const MIN_TILE = 176;
/** Below this width there are two columns, however narrow they are. */
const MIN_COLUMNS = 2;
/** What is taken for the size of a page that has none yet, as in tests. */
const USUAL = { width: 928, height: 440 };

export interface Geometry {
  readonly columns: number;
  readonly tileWidth: number;
  readonly rowHeight: number;
}

export function measureGrid(width: number): Geometry {
  const columns = Math.max(MIN_COLUMNS, Math.floor((width + COLUMN_GAP) / (MIN_TILE + COLUMN_GAP)));
  const tileWidth = (width - (columns - 1) * COLUMN_GAP) / columns;
  return { columns, tileWidth, rowHeight: Math.ceil((tileWidth * 9) / 16) + WORDS + ROW_GAP };
}

export const gridHeight = ({ columns, rowHeight }: Geometry, total: number): number =>
  Math.max(0, Math.ceil(total / columns) * rowHeight - ROW_GAP);

/** The tiles whose rows are in view, and a row more on either side. */
export function findVisible(
  grid: Geometry,
  top: number,
  height: number,
  total: number,
): readonly [first: number, end: number] {
  const [first, end] = findRows(grid.rowHeight, top, height, Math.ceil(total / grid.columns));
  return [Math.min(first * grid.columns, total), Math.min(end * grid.columns, total)];
}

/** The style that puts a tile in its place; from the line's start, so that it holds from right to left, too. */
export const placeTile = ({ columns, tileWidth, rowHeight }: Geometry, index: number) => ({
  inlineSize: `${tileWidth}px`,
  insetBlockStart: `${Math.floor(index / columns) * rowHeight}px`,
  insetInlineStart: `${(index % columns) * (tileWidth + COLUMN_GAP)}px`,
});

/** How far the sheet has to be scrolled to show a tile; where it is already in view, it stays. */
export function findScroll(grid: Geometry, index: number, top: number, height: number): number {
  const start = Math.floor(index / grid.columns) * grid.rowHeight;
  return scrollToShow(start, start + grid.rowHeight, top, height);
}

/** Follow the size and the scrolling of a sheet: it is drawn again only when other rows come into view. */
export function useVirtualGrid(total: number) {
  const sheet = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(USUAL.width);
  const grid = measureGrid(width);
  const readView = () => {
    const { scrollTop = 0, clientHeight = 0 } = sheet.current ?? {};
    return findVisible(grid, scrollTop, clientHeight || USUAL.height, total);
  };
  const [, setView] = useState("");
  const view = readView();
  const follow = () => setView(readView().join());
  useLayoutEffect(() => {
    const list = sheet.current?.firstElementChild;
    if (!list || typeof ResizeObserver === "undefined") return;
    const read = () => {
      if (list.clientWidth > 0) setWidth(list.clientWidth);
      follow();
    };
    read();
    const observer = new ResizeObserver(read);
    observer.observe(list);
    if (sheet.current) observer.observe(sheet.current);
    return () => observer.disconnect();
  }, [total > 0]);
  const scrollTo = (index: number) => {
    const node = sheet.current;
    if (node) node.scrollTop = findScroll(grid, index, node.scrollTop, node.clientHeight || USUAL.height);
  };
  return { sheet, grid, view, follow, scrollTo };
}
