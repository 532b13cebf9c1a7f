/** What the page says of its clips, as `api/exporting/facts.py` writes it, and where the table without a script has them. */

export interface Figures {
  readonly rating: number | null;
  readonly rated: number;
  readonly seconds: number | null;
  readonly cost: number | null;
}

export interface ModelGroup {
  readonly name: string;
  readonly first: number;
  readonly count: number;
  readonly figures: Figures;
}

export interface CellFacts {
  readonly column: number;
  /** Model, seed and varied settings. */
  readonly name: string;
  readonly state: string;
  /** Why there is no clip. */
  readonly reason: string;
  readonly rating: number | null;
  readonly starred: boolean;
  /** Seconds. */
  readonly made: number | null;
  /** Dollars. */
  readonly cost: number | null;
  readonly seed: number | null;
  readonly seconds: number | null;
  readonly bytes: number | null;
  readonly width: number | null;
  readonly height: number | null;
}

export interface RowFacts {
  readonly label: string;
  readonly prompt: string;
  readonly carried: Readonly<Record<string, string>>;
  readonly cells: readonly CellFacts[];
}

export interface StudyFacts {
  readonly name: string;
  readonly models: readonly ModelGroup[];
  readonly columns: readonly string[];
  readonly rows: readonly RowFacts[];
}

export interface ClipPlace {
  readonly src: string;
  readonly poster: string;
}

export interface Cell extends CellFacts {
  readonly clip: ClipPlace | null;
}

export interface Row extends Omit<RowFacts, "cells"> {
  readonly number: number;
  /** By column; a hole where the grid has no cell. */
  readonly cells: readonly (Cell | undefined)[];
}

export interface Study extends Omit<StudyFacts, "rows"> {
  readonly rows: readonly Row[];
}

/** Join the facts with the addresses of the clips, which are in the page once: one may be megabytes of data. */
export function readStudy(page: ParentNode): Study {
  const text = page.querySelector("#study-facts")?.textContent ?? "";
  const facts = JSON.parse(text) as StudyFacts;
  const places = new Map<string, ClipPlace>();
  for (const cell of page.querySelectorAll<HTMLElement>("[data-cell]")) {
    const video = cell.querySelector("video");
    if (video) places.set(cell.dataset["cell"] ?? "", { src: video.src, poster: video.poster });
  }
  const rows = facts.rows.map((row, number) => ({
    ...row,
    number,
    cells: facts.columns.map((_, column) => {
      const cell = row.cells.find((one) => one.column === column);
      return cell && { ...cell, clip: places.get(`${number}/${column}`) ?? null };
    }),
  }));
  return { ...facts, rows };
}
