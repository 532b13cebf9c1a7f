/** The table of an exported grid: filters, tiles that play under the pointer, rows that open under one clock. */

import type { ComponentChildren } from "preact";
import { Fragment } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { IconButton } from "../components/button";
import { Icon } from "../components/icons";
import * as format from "../text/format";
import { fill, Template } from "../text/template";
import { ComparedRow } from "./compared-row";
import type { Cell, Figures, ModelGroup, Row, Study as StudyView } from "./facts";
import { type Filter, listColumns, listRows, noFilter, showsCell } from "./filter";
import { FilterBar } from "./filter-bar";
import { LargeClip } from "./large-clip";
import { strings } from "./strings";
import { Tile } from "./tile";

const figures: readonly (readonly [label: string, draw: (one: Figures) => ComponentChildren])[] = [
  [
    strings.meanRating,
    ({ rating, rated }) =>
      rating === null ? (
        strings.notRated
      ) : (
        <Template
          parts={[strings.ofRated]}
          values={{ rating: rating.toFixed(1), rated: format.integer(rated) }}
        />
      ),
  ],
  [strings.time, ({ seconds }) => (seconds === null ? strings.unknown : <b>{format.duration(seconds)}</b>)],
  [strings.price, ({ cost }) => (cost === null ? strings.notListed : <b>{format.dollars(cost)}</b>)],
];

function Heads({ study, models, columns }: HeadsProps) {
  const hasSecond = columns.some((column) => study.columns[column]);
  return (
    <thead role="rowgroup">
      <tr role="row">
        <th role="columnheader" scope="col" rowSpan={hasSecond ? 2 : 1} class="videogen-study-corner">
          {strings.prompt}
        </th>
        {models.map(({ first, count, name }) => (
          <th
            role="columnheader"
            scope="colgroup"
            key={first}
            colSpan={count}
            class="is-first"
            style={{ gridColumn: `span ${count}` }}
          >
            <b>
              <bdi>{name}</bdi>
            </b>
          </th>
        ))}
      </tr>
      {hasSecond && (
        <tr role="row">
          {columns.map((column) => (
            <th role="columnheader" scope="col" key={column} class={markFirst(study, column)}>
              <bdi>{study.columns[column]}</bdi>
            </th>
          ))}
        </tr>
      )}
    </thead>
  );
}

interface HeadsProps {
  readonly study: StudyView;
  readonly models: readonly ModelGroup[];
  readonly columns: readonly number[];
}

const markFirst = ({ models }: StudyView, column: number): string | undefined =>
  models.some(({ first }) => first === column) ? "is-first" : undefined;

function RowHead({ row, isOpen, onToggle }: { row: Row; isOpen: boolean; onToggle: () => void }) {
  const carried = Object.entries(row.carried).map(([name, value]) => `${name}: ${value}`);
  return (
    <th role="rowheader" scope="row">
      <button
        type="button"
        class="videogen-study-head"
        aria-expanded={isOpen}
        title={fill(strings.compareRow, { label: row.label })}
        onClick={onToggle}
      >
        <Icon name="right" />
        <span class="videogen-study-prompt">
          <bdi>{row.prompt}</bdi>
        </span>
        <small>
          <bdi>{[row.label, ...carried].join(" · ")}</bdi>
        </small>
      </button>
    </th>
  );
}

function Foot({ models }: { models: readonly ModelGroup[] }) {
  return (
    <tfoot role="rowgroup">
      {figures.map(([label, draw]) => (
        <tr role="row" key={label}>
          <th role="rowheader" scope="row">
            {label}
          </th>
          {models.map((model) => (
            <td
              role="cell"
              key={model.first}
              colSpan={model.count}
              class="is-first"
              style={{ gridColumn: `span ${model.count}` }}
            >
              {draw(model.figures)}
            </td>
          ))}
        </tr>
      ))}
    </tfoot>
  );
}

interface ShownClip {
  readonly row: Row;
  readonly cell: Cell;
}

export function Study({ study }: { study: StudyView }) {
  const [filter, setFilter] = useState<Filter>(noFilter);
  const [open, setOpen] = useState(-1);
  const [large, setLarge] = useState<ShownClip | null>(null);
  const node = useRef<HTMLDivElement>(null);
  const columns = listColumns(study, filter);
  const models = study.models.filter(({ first }) => columns.includes(first));
  const rows = listRows(study, filter);
  const close = (row: Row) => {
    setOpen(-1);
    node.current?.querySelector<HTMLElement>(`[data-row="${row.number}"] button`)?.focus();
  };
  const hear = useRef<(event: KeyboardEvent) => void>(undefined);
  hear.current = (event) => {
    const row = rows.find(({ number }) => number === open);
    if (event.key === "Escape" && row && large === null) close(row);
    if (event.key !== "/" || event.target instanceof HTMLInputElement || large !== null) return;
    event.preventDefault();
    node.current?.querySelector<HTMLElement>("[type=search]")?.focus();
  };
  // The page is ours alone: its keys are heard wherever the focus is.
  useLayoutEffect(() => {
    const end = new AbortController();
    document.addEventListener("keydown", (event) => hear.current?.(event), { signal: end.signal });
    return () => end.abort();
  }, []);
  const visible = (row: Row) =>
    columns.map((column) => {
      const cell = row.cells[column];
      return cell && showsCell(cell, filter) ? cell : undefined;
    });
  return (
    <div ref={node}>
      <FilterBar study={study} filter={filter} onFilter={setFilter} />
      <div class="videogen-study-scroll">
        <table role="table" aria-label={study.name} style={{ "--videogen-columns": String(columns.length) }}>
          <Heads study={study} models={models} columns={columns} />
          <tbody role="rowgroup">
            {rows.map((row) => (
              <Fragment key={row.number}>
                <tr role="row" data-row={row.number}>
                  <RowHead
                    row={row}
                    isOpen={row.number === open}
                    onToggle={() => (row.number === open ? close(row) : setOpen(row.number))}
                  />
                  {visible(row).map((cell, at) => (
                    <td role="cell" key={columns[at]} class={markFirst(study, columns[at] ?? 0)}>
                      {cell && (
                        <Tile cell={cell} prompt={row.prompt} onOpen={() => setLarge({ row, cell })} />
                      )}
                    </td>
                  ))}
                </tr>
                {row.number === open && (
                  <tr role="row" class="videogen-study-opened">
                    <td role="cell" colSpan={columns.length + 1}>
                      <ComparedRow
                        row={row}
                        cells={visible(row).filter((cell) => cell !== undefined)}
                        onClose={() => close(row)}
                      />
                    </td>
                  </tr>
                )}
              </Fragment>
            ))}
          </tbody>
          <Foot models={models} />
        </table>
        {rows.length === 0 && (
          <p class="videogen-study-none">
            {strings.none}{" "}
            <IconButton icon="close" label={strings.clear} onClick={() => setFilter(noFilter)} />
          </p>
        )}
      </div>
      {large && <LargeClip key={large.cell.name} {...large} onClose={() => setLarge(null)} />}
    </div>
  );
}
