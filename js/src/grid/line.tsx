/** One row of the sheet: a prompt with its tiles, or some takes beside each other. */

import { useLayoutEffect, useRef } from "preact/hooks";
import { Icon } from "../components/icons";
import type { GridView } from "../kernel/protocol.gen";
import type { View } from "../state/view";
import { fill } from "../text/template";
import { isFirstOfModel } from "./heads";
import { OpenedRow } from "./opened-row";
import type { Stage } from "./stage";
import type { Row } from "./store";
import { strings } from "./strings";
import { GridTile, TilePlaceholder } from "./tile";
import { type Place, writePlace } from "./walk";
import { nameColumn, nameModel } from "./words";

interface LineProps {
  readonly stage: Stage;
  readonly grid: GridView;
  /** Missing while it is being loaded. */
  readonly row: Row | undefined;
  readonly index: number;
  readonly top: number;
  readonly height: number;
  /** The column with the tab stop; null where another line has it. */
  readonly current: number | null;
  readonly onFocus: (place: Place) => void;
}

interface CellProps extends Pick<LineProps, "stage" | "grid" | "row" | "current" | "onFocus"> {
  readonly place: Place;
  readonly words: readonly string[];
  readonly number: number | null;
}

function Cell({ stage, row, current, onFocus, place, words, number }: CellProps) {
  const cell = row?.cells[place.column];
  const [at, isCurrent] = [writePlace(place), current === place.column];
  if (cell === undefined) return <TilePlaceholder at={at} isCurrent={isCurrent} />;
  return (
    <GridTile
      stage={stage}
      cell={cell}
      place={words}
      at={at}
      number={number}
      isCurrent={isCurrent}
      onFocus={() => onFocus(place)}
    />
  );
}

interface TakesLineProps extends LineProps {
  readonly across: number;
}

export function TakesLine({ across, top, height, index, ...props }: TakesLineProps) {
  const { grid } = props;
  const first = index * across;
  const takes = grid.columns.slice(first, first + across);
  return (
    <div
      role="row"
      class="videogen-line"
      aria-rowindex={index + 1}
      style={{ insetBlockStart: `${top}px`, blockSize: `${height}px` }}
    >
      {takes.map((column, at) => {
        const number = first + at + 1;
        const words = [fill(strings.takeName, { take: String(number) }), nameColumn(column, { columns: [] })];
        return (
          <div role="gridcell" key={number} aria-colindex={at + 1}>
            <Cell {...props} place={{ line: 0, column: first + at }} words={words} number={number} />
          </div>
        );
      })}
    </div>
  );
}

interface TableLineProps extends LineProps {
  readonly view: View;
  readonly headRows: number;
  /** The columns in view. */
  readonly columns: readonly [first: number, end: number];
  readonly isOpen: boolean;
  readonly isInView: boolean;
  readonly onOpenedHeight: (height: number) => void;
}

/** The prompt of a row, which opens it. */
function RowHead({ stage, row, index, current, isOpen, onFocus }: TableLineProps) {
  const place = { line: index, column: -1 };
  return (
    <button
      type="button"
      class="videogen-row-head"
      data-at={writePlace(place)}
      aria-expanded={isOpen}
      tabIndex={current === -1 || (isOpen && current !== null) ? 0 : -1}
      title={row?.prompt}
      onFocus={() => onFocus(place)}
      onClick={() => row && stage.toggleRow(row.row)}
    >
      <Icon name="right" />
      <span class="videogen-row-prompt" dir="auto">
        {row?.prompt ?? strings.loading}
      </span>
      <small>
        <bdi>{row?.label}</bdi>
      </small>
    </button>
  );
}

export function TableLine(props: TableLineProps) {
  const { view, stage, grid, row, index, headRows, top, height, columns, isOpen, isInView } = props;
  const node = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const line = node.current;
    if (!isOpen || line === null || typeof ResizeObserver === "undefined") return;
    const read = () => props.onOpenedHeight(line.getBoundingClientRect().height);
    read();
    const observer = new ResizeObserver(read);
    observer.observe(line);
    return () => observer.disconnect();
  }, [isOpen]);
  const [first, end] = columns;
  const drawn = Array.from({ length: end - first }, (_, at) => first + at);
  // The column with the focus stays, however far away it is scrolled.
  const { current } = props;
  if (current !== null && current >= 0 && !drawn.includes(current)) drawn.push(current);
  const size = isOpen ? { minBlockSize: `${height}px` } : { blockSize: `${height}px` };
  return (
    <div
      ref={node}
      role="row"
      class="videogen-line"
      aria-rowindex={headRows + index + 1}
      data-open={isOpen}
      style={{ insetBlockStart: `${top}px`, ...size }}
    >
      <div role="rowheader" aria-colindex={1} class="videogen-prompt-cell">
        <RowHead {...props} />
      </div>
      {isOpen && row ? (
        <div role="gridcell" class="videogen-opened" aria-colindex={2} aria-colspan={grid.columns.length}>
          <OpenedRow view={view} stage={stage} grid={grid} row={row} isInView={isInView} />
        </div>
      ) : (
        drawn.map((column) => {
          const own = grid.columns[column];
          if (own === undefined) return null;
          const words = [row?.label ?? "", nameModel(own, grid), nameColumn(own, grid)];
          return (
            <div
              role="gridcell"
              key={column}
              aria-colindex={column + 2}
              class={isFirstOfModel(grid, column) ? "is-first" : undefined}
              style={{ gridColumnStart: column + 2 }}
            >
              <Cell {...props} place={{ line: index, column }} words={words} number={null} />
            </div>
          );
        })
      )}
    </div>
  );
}
