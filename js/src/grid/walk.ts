/** One tab stop for the whole sheet: arrows, pages, Home and End walk, letters and digits act on the cell with the focus. */

import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { GridCellView } from "../kernel/protocol.gen";
import type { Stage } from "./stage";

/** A row of the grid, and a column of it; -1 is the prompt of the row. Takes are columns of one row. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export const writePlace = ({ line, column }: Place): string => `${line}/${column}`;

function readPlace(text: string): Place {
  const [line = 0, column = 0] = text.split("/").map(Number);
  return { line, column };
}

interface WalkProps {
  readonly stage: Stage;
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly show: (place: Place) => void;
  readonly isSheet: boolean;
  /** Tiles beside each other. */
  readonly across: number;
  readonly takes: number;
  /** Rows of the table. */
  readonly lines: number;
  /** Rows in view. */
  readonly page: () => number;
}

const isBetween = (value: number, least: number, most: number) => Math.max(least, Math.min(value, most));

/** Where a key leads to on a contact sheet: its rows go on in one another. */
function walkTakes({ key, ctrlKey }: KeyboardEvent, at: number, forward: number, props: WalkProps) {
  const { across, takes, page } = props;
  const start = at - (at % across);
  const steps: Record<string, number> = {
    ArrowRight: at + forward,
    ArrowLeft: at - forward,
    ArrowDown: at + across < takes || start + across >= takes ? at + across : takes - 1,
    ArrowUp: at - across,
    PageDown: at + across * page(),
    PageUp: at - across * page(),
    Home: ctrlKey ? 0 : start,
    End: ctrlKey ? takes - 1 : start + across - 1,
  };
  const next = steps[key];
  if (next === undefined) return undefined;
  // A step up or down that leaves the sheet stays where it is.
  const isOutside = /Up|Down/.test(key) && !key.startsWith("Page") && (next < 0 || next >= takes);
  return { line: 0, column: isOutside ? at : isBetween(next, 0, takes - 1) };
}

/** The same in a table. */
function walkTable({ key, ctrlKey }: KeyboardEvent, at: Place, forward: number, props: WalkProps) {
  const { takes: columns, lines, page } = props;
  const steps: Record<string, Place> = {
    ArrowRight: { ...at, column: at.column + forward },
    ArrowLeft: { ...at, column: at.column - forward },
    ArrowDown: { ...at, line: at.line + 1 },
    ArrowUp: { ...at, line: at.line - 1 },
    PageDown: { ...at, line: at.line + page() },
    PageUp: { ...at, line: at.line - page() },
    Home: { line: ctrlKey ? 0 : at.line, column: 0 },
    End: { line: ctrlKey ? lines - 1 : at.line, column: columns - 1 },
  };
  const next = steps[key];
  return (
    next && { line: isBetween(next.line, 0, lines - 1), column: isBetween(next.column, -1, columns - 1) }
  );
}

type Act = (stage: Stage, cell: GridCellView, node: HTMLElement) => void;
const letters: Readonly<Record<string, Act>> = {
  s: (stage, cell) => cell.state === "ready" && stage.star(cell),
  c: (stage, cell) => stage.pick(cell),
  r: (stage, cell) => stage.takeStep(cell),
  ContextMenu: (stage, cell, node) => stage.openMenu(cell, node),
};

export function useWalk(props: WalkProps) {
  const { stage, scroller, isSheet, takes, lines, show } = props;
  const [kept, setAt] = useState<Place>({ line: 0, column: 0 });
  const moves = useRef(false);
  const at: Place = {
    line: isSheet ? 0 : isBetween(kept.line, 0, Math.max(lines - 1, 0)),
    column: isBetween(kept.column, isSheet ? 0 : -1, takes - 1),
  };
  const getFocused = () => {
    const { activeElement } = (scroller.current?.getRootNode() ?? {}) as Partial<Document>;
    return scroller.current?.contains(activeElement ?? null) ? (activeElement as HTMLElement) : null;
  };
  const find = () =>
    scroller.current?.querySelector<HTMLElement>(`[data-at="${writePlace(at)}"]`) ??
    // An opened row has its prompt, but no tiles.
    scroller.current?.querySelector<HTMLElement>(`[data-at="${writePlace({ ...at, column: -1 })}"]`);
  const hadFocus = getFocused() !== null;
  // What takes the place of a tile takes its focus.
  useLayoutEffect(() => {
    if (moves.current || (hadFocus && getFocused() === null)) find()?.focus({ preventScroll: true });
    moves.current = false;
  });
  const go = (next: Place) => {
    moves.current = true;
    show(next);
    setAt(next);
    if (writePlace(next) === writePlace(at)) find()?.focus({ preventScroll: true });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const node = (event.target as Element).closest<HTMLElement>("[data-at]");
    if (event.metaKey || event.altKey || node === null) return;
    const from = readPlace(node.dataset["at"] ?? "");
    const row = stage.store.getRow(from.line);
    const cell = row?.cells[from.column]?.peek();
    const forward = getComputedStyle(node).direction === "rtl" ? -1 : 1;
    const next = isSheet
      ? walkTakes(event, from.column, forward, props)
      : walkTable(event, from, forward, props);
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const act = event.shiftKey && key === "F10" ? letters["ContextMenu"] : letters[key];
    if (next) go(next);
    else if (event.ctrlKey) return;
    else if (key === "o" && row && !isSheet) stage.toggleRow(row.row);
    else if (/^[0-5]$/.test(key) && cell) stage.rate(cell, Number(key));
    else if (act && cell) act(stage, cell, node);
    else return;
    event.preventDefault();
  };
  return {
    at,
    onKeyDown,
    focused: setAt,
    reset: () => setAt({ line: 0, column: 0 }),
  };
}
