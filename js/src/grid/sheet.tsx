/** The sheet of tiles: of its rows and columns only those in view are in the page. */

import type { VNode } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { GridView } from "../kernel/protocol.gen";
import { isContactSheet, isSameModel } from "../on-demand/grid-place";
import { scrollToShow } from "../sheet/virtual-rows";
import type { View } from "../state/view";
import { fill } from "../text/template";
import { Figures } from "./figures";
import {
  ColumnGeometry,
  countTakeColumns,
  findLines,
  getHeight,
  getTop,
  type Lines,
  measureTakes,
} from "./geometry";
import { Heads } from "./heads";
import { TableLine, TakesLine } from "./line";
import type { Stage } from "./stage";
import { strings } from "./strings";
import { type Place, useWalk } from "./walk";

/** What is taken for the size of a page that has none yet, as in tests. */
const USUAL = { width: 1066, height: 480, tile: 134, row: 84, prompt: 224, heads: 0, figures: 0 };
/** An opened row before it is measured: as high as a screenful. */
const OPENED_HEIGHT = 400;

/** What lies over the rows that scroll. */
const CHROME = ".videogen-heads, .videogen-figures";

const measureHeight = (sheet: Element, selector: string): number =>
  sheet.querySelector(selector)?.clientHeight ?? 0;

/** What the stylesheet says of the sizes, and what the window gives. */
function useMeasures(isSheet: boolean) {
  const scroller = useRef<HTMLDivElement>(null);
  const probe = useRef<HTMLElement>(null);
  const [measures, setMeasures] = useState(USUAL);
  useLayoutEffect(() => {
    const [sheet, ruler] = [scroller.current, probe.current];
    if (!sheet || !ruler || typeof ResizeObserver === "undefined") return;
    const read = () => {
      const box = ruler.getBoundingClientRect();
      if (sheet.clientWidth === 0 || box.width === 0) return;
      const style = getComputedStyle(sheet);
      const padding = Number.parseFloat(style.paddingInlineStart) + Number.parseFloat(style.paddingInlineEnd);
      const next = {
        width: sheet.clientWidth - padding,
        height: sheet.clientHeight,
        tile: box.width,
        row: box.height,
        prompt: (ruler.firstElementChild as HTMLElement).getBoundingClientRect().width,
        heads: measureHeight(sheet, ".videogen-heads"),
        figures: measureHeight(sheet, ".videogen-figures"),
      };
      setMeasures((old) => (JSON.stringify(old) === JSON.stringify(next) ? old : next));
    };
    read();
    const observer = new ResizeObserver(read);
    for (const node of [sheet, ruler, ...sheet.querySelectorAll(CHROME)]) observer.observe(node);
    return () => observer.disconnect();
  }, [isSheet]);
  return { scroller, probe, measures };
}

interface Window_ {
  readonly lines: readonly [first: number, end: number];
  readonly columns: readonly [first: number, end: number];
}

interface Drawn {
  readonly key: readonly unknown[];
  readonly node: VNode;
}

/** A line that has not changed is not drawn again: while one scrolls, most have not. */
function useDrawn() {
  const drawn = useRef(new Map<number, Drawn>());
  const kept = drawn.current;
  drawn.current = new Map();
  return (index: number, key: readonly unknown[], draw: () => VNode): VNode => {
    const before = kept.get(index);
    const isSame = before?.key.length === key.length && before.key.every((one, at) => one === key[at]);
    const node = before && isSame ? before.node : draw();
    drawn.current.set(index, { key, node });
    return node;
  };
}

interface SheetProps {
  readonly view: View;
  readonly stage: Stage;
  readonly grid: GridView;
}

export function Sheet({ view, stage, grid }: SheetProps) {
  const isSheet = isContactSheet(grid);
  const { store } = stage;
  const { scroller, probe, measures } = useMeasures(isSheet);
  const isNarrow = measures.prompt === 0;
  const [openedHeight, setOpenedHeight] = useState(OPENED_HEIGHT);
  const total = store.total.value;
  const takes = grid.columns.length;
  const across = isSheet ? countTakeColumns(measures.width, takes) : takes;
  const takeSize = measureTakes(measures.width, across, grid.aspect);
  const row = stage.opened.value;
  const opened = row === null ? -1 : (findRow(stage, row) ?? -1);
  const lines: Lines = {
    count: isSheet ? Math.ceil(takes / across) : total,
    rowHeight: isSheet ? takeSize.rowHeight : measures.row,
    opened,
    openedHeight,
  };
  const firsts = grid.columns.map((column, at) => !isSameModel(column, grid.columns[at - 1]));
  const columns = new ColumnGeometry(measures.tile, firsts);
  const scrolled = useRef({ top: 0, left: 0 });
  /** Reading where a sheet is makes the browser lay it out: once a frame is enough. */
  const readScroll = () => {
    const { scrollTop = 0, scrollLeft = 0 } = scroller.current ?? {};
    scrolled.current = { top: scrollTop, left: Math.abs(scrollLeft) }; // from right to left it is negative
  };
  const frame = () => {
    const chrome = isSheet ? 0 : measures.heads + (isNarrow ? 0 : measures.figures);
    return {
      ...scrolled.current,
      height: Math.max(lines.rowHeight, measures.height - chrome),
      width: measures.width - measures.prompt,
    };
  };
  const read = (): Window_ => {
    const { top, height, left, width } = frame();
    return {
      lines: findLines(lines, top, height),
      columns: isSheet ? [0, across] : columns.find(left, width),
    };
  };
  const [, setKey] = useState("");
  const shown = read();
  const follow = () => {
    stage.playback.scrolled();
    readScroll();
    const {
      lines: [first, end],
      columns: [left, right],
    } = read();
    setKey([first, end, left, right].join());
  };
  const show = (place: Place) => {
    const sheet = scroller.current;
    if (!sheet) return;
    const line = isSheet ? Math.floor(place.column / across) : place.line;
    const { top, height, left, width } = frame();
    const start = getTop(lines, line);
    sheet.scrollTop = scrollToShow(start, start + lines.rowHeight, top, height);
    if (!isSheet && place.column >= 0) {
      const from = columns.getStart(place.column);
      const to = scrollToShow(from, from + measures.tile + 16, left, width);
      sheet.scrollLeft = getComputedStyle(sheet).direction === "rtl" ? -to : to;
    }
    readScroll();
  };
  const walk = useWalk({
    stage,
    scroller,
    show,
    isSheet,
    across,
    takes,
    lines: total,
    page: () => Math.max(1, Math.floor(frame().height / lines.rowHeight)),
  });
  const [first, end] = shown.lines;
  useLayoutEffect(() => {
    if (isSheet) store.require(0, 1);
    else store.require(first, Math.max(first, end - 1) + 1);
  }, [first, end, isSheet]);
  const query = JSON.stringify(store.query);
  const lastQuery = useRef(query);
  useLayoutEffect(() => {
    if (query === lastQuery.current) return;
    lastQuery.current = query;
    if (scroller.current) scroller.current.scrollTop = 0;
    readScroll();
    stage.opened.value = null;
    walk.reset();
  }, [query]);
  const { at } = walk;
  const currentLine = isSheet ? Math.floor(at.column / across) : at.line;
  // What has the focus stays in the page, however far away it is scrolled; so does an opened row.
  const wanted = new Set(Array.from({ length: end - first }, (_, index) => first + index));
  for (const line of [currentLine, opened]) if (line >= 0 && line < lines.count) wanted.add(line);
  const cached = useDrawn();
  const draw = (index: number) => {
    const isCurrent = index === currentLine;
    const top = getTop(lines, index);
    const column = isCurrent ? at.column : null;
    if (isSheet)
      return cached(index, [store.getRow(0), across, takes, takeSize.tileWidth, column, grid.columns], () => (
        <TakesLine
          key={index}
          stage={stage}
          grid={grid}
          row={store.getRow(0)}
          index={index}
          across={across}
          top={top}
          height={lines.rowHeight}
          current={column}
          onFocus={walk.focused}
        />
      ));
    const one = store.getRow(index);
    const isOpen = index === opened;
    const [left, right] = shown.columns;
    const isInView = index >= first && index < end;
    const key = [one, top, lines.rowHeight, columns.tracks, column, left, right, isOpen, isOpen && isInView];
    return cached(index, [...key, isOpen ? openedHeight : 0, headRows], () => (
      <TableLine
        key={one ? `r${one.row}` : index}
        view={view}
        stage={stage}
        grid={grid}
        row={one}
        index={index}
        headRows={headRows}
        top={top}
        height={lines.rowHeight}
        columns={shown.columns}
        current={column}
        isOpen={isOpen}
        isInView={isInView}
        onFocus={walk.focused}
        onOpenedHeight={setOpenedHeight}
      />
    ));
  };
  const names = grid.columns.map((column) => column);
  const headRows = Heads.countRows(grid);
  const table = {
    "--videogen-tracks": columns.tracks,
    "--videogen-content": `${measures.prompt + columns.width}px`,
  };
  const label = grid.prompt || grid.name;
  return (
    <div ref={scroller} class="videogen-scroll" data-narrow={isNarrow} onScroll={follow}>
      <i ref={probe} class="videogen-probe" aria-hidden="true">
        <i />
      </i>
      <div
        role="grid"
        class="videogen-table"
        aria-label={fill(isSheet ? strings.takesOf : strings.table, { name: isSheet ? label : grid.name })}
        aria-rowcount={isSheet ? lines.count : total + headRows + Figures.ROWS}
        aria-colcount={isSheet ? across : names.length + 1}
        style={isSheet ? { "--videogen-tracks": `repeat(${across}, minmax(0, 1fr))` } : table}
        onKeyDown={walk.onKeyDown}
      >
        {!isSheet && <Heads stage={stage} grid={grid} />}
        <div role="rowgroup" class="videogen-rows" style={{ blockSize: `${getHeight(lines)}px` }}>
          {[...wanted].sort((one, other) => one - other).map(draw)}
        </div>
        {!isSheet && <Figures grid={grid} firstRow={total + headRows + 1} />}
      </div>
    </div>
  );
}

/** Where a row is among those that are loaded. */
function findRow({ store }: Stage, row: number): number | undefined {
  for (let index = 0; index < store.total.value; index += 1)
    if (store.getRow(index)?.row === row) return index;
  return undefined;
}
