/** What stands above the tiles of a table: the filter, the models, and what their columns differ in. */

import { Icon } from "../components/icons";
import type { GridView } from "../kernel/protocol.gen";
import { isSameModel } from "../on-demand/grid-place";
import type { Stage } from "./stage";
import { strings } from "./strings";
import { nameColumn, nameModel } from "./words";

export const isFirstOfModel = ({ columns }: GridView, at: number): boolean => {
  const column = columns[at];
  return column !== undefined && !isSameModel(column, columns[at - 1]);
};

interface Group {
  readonly first: number;
  readonly count: number;
}

/** The columns of each model. */
export function listGroups(grid: GridView): readonly Group[] {
  const firsts = grid.columns.flatMap((_, at) => (isFirstOfModel(grid, at) ? [at] : []));
  return firsts.map((first, at) => ({ first, count: (firsts[at + 1] ?? grid.columns.length) - first }));
}

/** A second row only where the columns of a model differ. */
const hasColumns = (grid: GridView): boolean =>
  grid.columns.some((column) => nameColumn(column, grid) !== "");

function Filter({ stage }: { stage: Stage }) {
  const { store } = stage;
  return (
    <label class="videogen-search">
      <Icon name="search" />
      <input
        type="search"
        aria-label={strings.filter}
        aria-keyshortcuts="/"
        placeholder={strings.filter}
        value={store.typed.value}
        onInput={(event) => store.searchFor(event.currentTarget.value)}
      />
    </label>
  );
}

export function Heads({ stage, grid }: { stage: Stage; grid: GridView }) {
  const rows = Heads.countRows(grid);
  return (
    <div role="rowgroup" class="videogen-heads">
      <div role="row" aria-rowindex={1} class="videogen-columns">
        <div
          role="columnheader"
          class="videogen-prompt-cell"
          aria-colindex={1}
          aria-rowspan={rows}
          aria-label={strings.prompt}
          style={{ gridRowEnd: `span ${rows}` }}
        >
          <Filter stage={stage} />
        </div>
        {listGroups(grid).map(({ first, count }) => {
          const column = grid.columns[first];
          return (
            <div
              role="columnheader"
              key={first}
              class="is-first"
              aria-colindex={first + 2}
              aria-colspan={count}
              style={{ gridColumn: `${first + 2} / span ${count}` }}
            >
              <b class="videogen-grid-model">
                <bdi>{column && nameModel(column, grid)}</bdi>
              </b>
            </div>
          );
        })}
      </div>
      {hasColumns(grid) && (
        <div role="row" aria-rowindex={2} class="videogen-columns">
          {grid.columns.map((column, at) => (
            <div
              role="columnheader"
              key={writeKey(column, at)}
              class={isFirstOfModel(grid, at) ? "is-first" : undefined}
              aria-colindex={at + 2}
              title={nameColumn(column, grid)}
              style={{ gridColumnStart: at + 2 }}
            >
              <bdi>{nameColumn(column, grid)}</bdi>
            </div>
          ))}
        </div>
      )}
    </div>
  );
}

const writeKey = (column: GridView["columns"][number], at: number) => `${at}/${column.model}`;

/** How many rows of heads a grid has. */
Heads.countRows = (grid: GridView): number => (hasColumns(grid) ? 2 : 1);
