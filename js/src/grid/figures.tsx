/** What stands below the tiles of a table: for each model its rating, how long it takes, and what a clip costs. */

import type { ComponentChildren } from "preact";
import type { GridFigures, GridView } from "../kernel/protocol.gen";
import * as format from "../text/format";
import { Template } from "../text/template";
import { listGroups } from "./heads";
import { strings } from "./strings";

interface Figure {
  readonly label: string;
  readonly draw: (figures: GridFigures) => ComponentChildren;
}

const quiet = (word: string) => <span class="videogen-quiet">{word}</span>;

const list: readonly Figure[] = [
  {
    label: strings.rating,
    draw: ({ rating, rated }) =>
      rating === null ? (
        quiet(strings.notRated)
      ) : (
        <Template
          parts={[strings.ofRated]}
          values={{ rating: rating.toFixed(1), rated: format.integer(rated) }}
        />
      ),
  },
  {
    label: strings.time,
    draw: ({ seconds }) =>
      seconds === null ? (
        quiet(strings.unknown)
      ) : (
        <b>
          <bdi dir="ltr">{format.duration(seconds)}</bdi>
        </b>
      ),
  },
  {
    label: strings.price,
    draw: ({ cost }) =>
      cost === null ? (
        quiet(strings.notListed)
      ) : (
        <b>
          <bdi dir="ltr">{format.dollars(cost)}</bdi>
        </b>
      ),
  },
];

export function Figures({ grid, firstRow }: { grid: GridView; firstRow: number }) {
  return (
    <div role="rowgroup" class="videogen-figures">
      {list.map(({ label, draw }, row) => (
        <div role="row" key={label} aria-rowindex={firstRow + row} class="videogen-columns">
          <div role="rowheader" class="videogen-prompt-cell" aria-colindex={1}>
            {label}
          </div>
          {listGroups(grid).map(({ first, count }) => {
            const figures = grid.figures.find(({ model }) => model === grid.columns[first]?.model);
            return (
              <div
                role="gridcell"
                key={first}
                class="is-first"
                aria-colindex={first + 2}
                aria-colspan={count}
                style={{ gridColumn: `${first + 2} / span ${count}` }}
              >
                {figures && draw(figures)}
              </div>
            );
          })}
        </div>
      ))}
    </div>
  );
}

Figures.ROWS = list.length;
