/** An exported page: its facts are joined with the clips of its table, and filters leave what they name. */

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readStudy, type StudyFacts } from "../src/study/facts";
import { countClips, listColumns, listRows, noFilter } from "../src/study/filter";
import { getReason, listFacts } from "../src/study/words";

const cell = (column: number, more: object = {}) => ({
  column,
  name: `model ${column}`,
  state: "ready",
  reason: "",
  rating: null,
  starred: false,
  made: 12,
  cost: 0.08,
  seed: 1,
  seconds: 4,
  bytes: 1_500_000,
  width: 1280,
  height: 720,
  ...more,
});

const model = (name: string, first: number) => ({
  name,
  first,
  count: 1,
  figures: { rating: null, rated: 0, seconds: null, cost: null },
});

const facts: StudyFacts = {
  name: "study",
  models: [model("a", 0), model("b", 1)],
  columns: ["", ""],
  rows: [
    {
      label: "1",
      prompt: "Über den Wolken",
      carried: { id: "p-01" },
      cells: [cell(0, { rating: 4 }), cell(1, { state: "failed", reason: "Held back by filter" })],
    },
    { label: "2", prompt: "The sea", carried: {}, cells: [cell(0), cell(1, { rating: 2 })] },
  ],
};
const film = (at: string) =>
  `<div data-cell="${at}"><video src="films/${at}.mp4" poster="p.jpg"></video></div>`;

beforeEach(() => {
  const text = JSON.stringify(facts);
  document.body.innerHTML = `${film("0/0")}${film("1/0")}${film("1/1")}<script type="application/json" id="study-facts">${text}</script>`;
});
afterEach(() => {
  document.body.innerHTML = "";
});

const prompts = (filter: object) =>
  listRows(readStudy(document), { ...noFilter, ...filter }).map(({ prompt }) => prompt);

describe("the facts", () => {
  it("have the address of each clip that is in the table", () => {
    const { rows } = readStudy(document);
    expect(rows[0]?.cells[0]?.clip?.src).toMatch(/films\/0\/0\.mp4$/);
    expect(rows[0]?.cells[1]?.clip).toBeNull();
  });

  it("are said of a clip as far as they are known", () => {
    const [row] = readStudy(document).rows;
    const [ready, failed] = row?.cells ?? [];
    if (!ready || !failed) throw new Error("two cells");
    expect(listFacts(ready).join("|").replaceAll("\u00a0", " ")).toBe(
      "4 s|1280×720|1.5 MB|made in 12 s|$0.08|rated 4 of 5",
    );
    expect(
      listFacts({ ...ready, made: null, cost: null, width: null, bytes: null, rating: null }),
    ).toHaveLength(1);
    expect(getReason(failed)).toBe("Held back by filter");
  });
});

describe("a filter", () => {
  it.each([
    [{}, ["Über den Wolken", "The sea"]],
    [{ words: "UBER wolken" }, ["Über den Wolken"]],
    [{ words: "p-01" }, ["Über den Wolken"]],
    [{ words: "nothing" }, []],
    [{ state: "failed" }, ["Über den Wolken"]],
    [{ state: "failed", model: "0" }, []],
    [{ rating: "3" }, ["Über den Wolken"]],
    [{ rating: "2" }, ["Über den Wolken", "The sea"]],
    [{ rating: "unrated" }, ["The sea"]],
  ])("%o leaves the rows with something to show", (filter, left) => {
    expect(prompts(filter)).toEqual(left);
  });

  it("counts clips, not places, and leaves the columns of a model", () => {
    const study = readStudy(document);
    expect(countClips(study, noFilter)).toEqual([3, 3]);
    expect(countClips(study, { ...noFilter, model: "1" })).toEqual([1, 3]);
    expect(listColumns(study, { ...noFilter, model: "1" })).toEqual([1]);
  });
});
