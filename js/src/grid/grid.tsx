/** A grid of clips: its head, its sheet of tiles, its foot, and what lies over it for a while. */

import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { IconButton } from "../components/button";
import type { GridCellView, GridView } from "../kernel/protocol.gen";
import { isContactSheet } from "../on-demand/grid-place";
import type { View } from "../state/view";
import { fill, Template } from "../text/template";
import { Announcer } from "./announcer";
import { Footer } from "./footer";
import { FullScreen } from "./full-screen";
import { Header } from "./header";
import { Sheet } from "./sheet";
import { Stage } from "./stage";
import { strings } from "./strings";
import { TileMenu } from "./tile-menu";
import { nameCell, nameColumn, nameModel } from "./words";

const isTyping = ({ target }: KeyboardEvent): boolean =>
  target instanceof HTMLInputElement ||
  target instanceof HTMLSelectElement ||
  target instanceof HTMLTextAreaElement;

function NoneFound({ stage }: { stage: Stage }) {
  const { store } = stage;
  const text = store.search.value;
  return (
    <p class="videogen-none-found">
      <span>
        <Template parts={[text ? strings.noneFound : strings.noneFailed]} values={{ text }} />
      </span>
      <IconButton icon="close" label={strings.clearFilter} onClick={() => store.clearFilter()} />
    </p>
  );
}

/** Where a cell stands, in words. */
function describePlace(cell: GridCellView, grid: GridView): readonly string[] {
  const column = grid.columns[cell.column];
  if (column === undefined) return [];
  if (isContactSheet(grid))
    return [fill(strings.takeName, { take: String(cell.column + 1) }), nameColumn(column, grid)];
  return [nameModel(column, grid), nameColumn(column, grid)];
}

function Overlay({ stage, grid }: { stage: Stage; grid: GridView }) {
  const over = stage.over.value;
  if (over === null) return null;
  const close = () => stage.close();
  if (over.kind === "full") {
    const name = nameCell(describePlace(over.cell, grid), over.cell);
    return <FullScreen stage={stage} cell={over.cell} name={name} onClose={close} />;
  }
  return (
    <TileMenu
      stage={stage}
      cell={over.cell}
      anchor={over.anchor}
      isTable={!isContactSheet(grid)}
      onClose={close}
    />
  );
}

export function Grid({ view }: { view: View }) {
  const stage = useMemo(() => new Stage(view), [view]);
  useLayoutEffect(() => () => stage.dispose(), [stage]);
  const node = useRef<HTMLDivElement>(null);
  const grid = view.session.connection.grid.value;
  if (grid === null) return null;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "/" && !isTyping(event))
      node.current?.querySelector<HTMLElement>("[type=search]")?.focus();
    else if (event.key === "Escape" && stage.opened.peek() !== null) stage.opened.value = null;
    else return;
    event.preventDefault();
  };
  const isEmpty = !isContactSheet(grid) && stage.store.total.value === 0;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the buttons inside take the focus, and their keys are heard here
    <div ref={node} class="videogen-grid-body" onKeyDown={onKeyDown}>
      <Header stage={stage} grid={grid} />
      <Sheet view={view} stage={stage} grid={grid} />
      {isEmpty && <NoneFound stage={stage} />}
      <Footer view={view} stage={stage} grid={grid} />
      <Overlay stage={stage} grid={grid} />
      <Announcer grid={grid} />
    </div>
  );
}
