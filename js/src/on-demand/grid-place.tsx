/** The box of a grid. It has its height from the first moment, whatever is drawn in it: nothing below it ever moves. */

import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import type { GridColumnView, GridView } from "../kernel/protocol.gen";
import type { View } from "../state/view";
import { useModule } from "./use-module";

/** Takes stand in as many columns at least, where there are as many. */
const MIN_ACROSS = 4;
const NARROW_ACROSS = 3;

export const isSameModel = (one: GridColumnView, other: GridColumnView | undefined): boolean =>
  one.model === other?.model && one.provider === other.provider;

/** One prompt with many takes of one model is a contact sheet; all else is a table. */
export const isContactSheet = ({ rows, columns }: GridView): boolean =>
  rows === 1 &&
  columns.every(
    (column) => isSameModel(column, columns[0]) && column.values.join() === columns[0]?.values.join(),
  );

export const countGroups = ({ columns }: GridView): number =>
  columns.filter((column, at) => !isSameModel(column, columns[at - 1])).length;

interface GridPlaceProps {
  readonly view: View;
  readonly grid: GridView;
  /** Lies over the grid for a while; the grid keeps its place. */
  readonly comparison: ComponentChildren;
}

export function GridPlace({ view, grid, comparison }: GridPlaceProps) {
  const isSheet = isContactSheet(grid);
  const count = grid.columns.length;
  const across = Math.min(MIN_ACROSS, count);
  // Rows that are added later scroll.
  const rows = useMemo(() => (isSheet ? Math.ceil(count / across) : grid.rows), [isSheet]);
  const narrowRows = useMemo(() => Math.ceil(count / NARROW_ACROSS), []);
  const style = {
    "--videogen-rows": String(rows),
    "--videogen-narrow-rows": String(narrowRows),
    "--videogen-across": String(across),
    "--videogen-columns": String(count),
    "--videogen-groups": String(countGroups(grid)),
    "--videogen-aspect": String(grid.aspect),
  };
  const { module, fault } = useModule(view, "grid", true);
  const isCovered = Boolean(comparison);
  return (
    <div class="videogen-grid" data-kind={isSheet ? "takes" : "table"} style={style}>
      <div inert={isCovered}>
        {module && <style>{module.css}</style>}
        {module && <module.Grid view={view} />}
        {fault && <p class="videogen-card videogen-hint">{fault}</p>}
      </div>
      {comparison}
    </div>
  );
}
