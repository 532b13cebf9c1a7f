import { beforeEach, expect, test, vi } from "vitest";
import {
  cell,
  checkedStudy,
  columns,
  GridKernel,
  planned,
  readyCell,
  shapes,
  study,
  takes,
  undecidedStudy,
} from "../gallery/grids";
import { ColumnGeometry, countTakeColumns, findLines, getHeight, getTop } from "../src/grid/geometry";
import type { GridView } from "../src/kernel/protocol.gen";
import {
  button,
  error,
  type FakeModel,
  ready,
  renderWidget,
  settle,
  setUpTests,
  text,
  type Widget,
} from "./kit";

let widget: Widget;
let kernel: GridKernel;
let fake: FakeModel;

const open = async (own: GridKernel) => {
  kernel = own;
  fake = kernel.start();
  [widget] = await renderWidget(fake);
};
const find = <T extends HTMLElement = HTMLElement>(selector: string) =>
  widget.root.querySelector<T>(selector) as T;
const findAll = (selector: string) => [...widget.root.querySelectorAll<HTMLElement>(selector)];
const tile = (line: number, column: number) => find<HTMLButtonElement>(`[data-at="${line}/${column}"]`);
const name = (node: Element | null) => text(node?.querySelector(".videogen-visually-hidden"));
const focused = () => document.activeElement as HTMLElement;
const press = async (key: string, more: KeyboardEventInit = {}) => {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more });
  focused().dispatchEvent(event);
  await settle();
  return event;
};
const scrollTo = async (change: { top?: number; left?: number }) => {
  const sheet = find(".videogen-scroll");
  if (change.top !== undefined) sheet.scrollTop = change.top;
  if (change.left !== undefined) sheet.scrollLeft = change.left;
  sheet.dispatchEvent(new Event("scroll"));
  await settle();
};
const set = async (change: Partial<GridView>) => {
  fake.set({ grid: { ...kernel.view, ...change } });
  await settle();
};
const type = async (value: string) => {
  const box = find<HTMLInputElement>("input[type=search]");
  box.value = value;
  box.dispatchEvent(new Event("input", { bubbles: true }));
  await settle(400);
};
const refuse = () => {
  kernel.answer = async (model, message) => {
    model.ack(message, {
      ok: false,
      error: error({ message: "The ledger can't be written.", next: "Free some space." }),
    });
  };
};

setUpTests();
beforeEach(() => open(study()));

// ---- what is shown --------------------------------------------------------------------------------------------------

test("the rows in view and some ahead are asked for once, and every tile says all of itself", () => {
  expect(fake.of("grid_rows")).toMatchObject([{ offset: 0, search: "", only: "" }]);
  expect(name(tile(0, 0))).toBe("p-01, wan-2.7, seed 1, ready, rated 4 of 5");
  expect(name(tile(0, 2))).toBe("p-01, kling-o3, seed 1, ready, rated 4 of 5, starred");
  expect(name(tile(1, 3))).toBe("p-02, kling-o3, seed 2, failed: Held back by filter, Retry · ≈ $0.12");
  expect(name(tile(1, 5))).toBe("p-02, veo-3.1-fast, seed 2, ready, not rated");
  expect(name(tile(3, 3))).toBe("p-04, kling-o3, seed 2, 88 percent");
  expect(name(tile(4, 2))).toBe("p-05, kling-o3, seed 1, waiting");
  expect(widget.root.ariaLabel).toBe("study-1");
});

test("what the checks found stands on a tile and in its name, until it is picked", async () => {
  await open(checkedStudy());
  const word = (at: HTMLElement) => text(at.querySelector(".is-check"));
  expect(name(tile(0, 1))).toBe("p-01, wan-2.7, seed 2, ready, not rated, frozen 2.1 s, starred");
  expect(word(tile(0, 1))).toBe("frozen 2.1 s");
  expect(tile(0, 0).querySelector(".is-check")).toBeNull();
  tile(0, 1).focus();
  await press("c");
  expect(tile(0, 1).querySelector(".is-check")).toBeNull();
  expect(name(tile(0, 1))).toContain("frozen 2.1 s");
});

test("a table says how large it is, heads and figures included", () => {
  const grid = find("[role=grid]");
  expect([grid.getAttribute("aria-rowcount"), grid.getAttribute("aria-colcount")]).toEqual(["25", "7"]);
  const rows = findAll("[role=row]").map((row) => Number(row.getAttribute("aria-rowindex")));
  expect(rows.slice(0, 4)).toEqual([1, 2, 3, 4]);
  expect(rows.slice(-3)).toEqual([23, 24, 25]);
  expect(tile(0, 5).closest("[role=gridcell]")?.getAttribute("aria-colindex")).toBe("7");
  expect(findAll(".videogen-heads > :first-child [aria-colspan]").map((node) => text(node))).toEqual([
    "wan-2.7",
    "kling-o3",
    "veo-3.1-fast",
  ]);
  expect(findAll(".videogen-heads > :nth-child(2) > *").map((node) => text(node))).toEqual(
    [1, 2, 1, 2, 1, 2].map((seed) => `seed ${seed}`),
  );
});

test("the figures stand below their models, and say what nobody knows", async () => {
  const [first, second] = kernel.view.figures;
  if (!first || !second) throw new Error("no figures");
  await set({ figures: [first, { ...second, rating: null, seconds: null, cost: null }] });
  expect(findAll(".videogen-figures [role=row]").map((row) => text(row))).toEqual([
    "Mean rating3.3 of 14 ratedno rating yet",
    "Median time to make47 s—",
    "Price of a clip$0.08not listed",
  ]);
});

test("the head says how far each function is that is called for the clips", async () => {
  expect(findAll(".videogen-tally")).toHaveLength(1);
  await set({
    work: [
      { name: "score", done: 12, total: 60, failed: 0 },
      { name: "blur", done: 1200, total: 4000, failed: 3 },
    ],
  });
  const [, work] = findAll(".videogen-tally");
  expect([...(work?.children ?? [])].map((node) => text(node))).toEqual([
    "score: 12 of 60",
    "blur: 1,200 of 4,000 · 3 failed",
  ]);
});

test("the head counts, and says what it cost and how long it takes", async () => {
  expect(text(find(".videogen-grid-name p"))).toBe("20 prompts × 3 models × 2 seeds · 4 s · 832×480");
  expect(text(find(".videogen-tally"))).toBe(
    "22 of 120 ready · 4 making · 92 waiting · 2 failed$2.64 of ≈ $14.40 · about 6 min left",
  );
  const bar = find("[role=progressbar]");
  expect([bar.getAttribute("aria-valuenow"), bar.getAttribute("aria-valuetext")]).toEqual([
    "22",
    "22 of 120 clips ready",
  ]);
  await set({ state: "paused" });
  expect(text(find(".videogen-tally"))).toContain("paused, 4 go on");
  await set({ state: "ended", making: 0, waiting: 0, cancelled: 96, unpriced: 40 });
  expect(text(find(".videogen-tally"))).toBe(
    "22 of 120 ready · 96 cancelled · 2 failed$2.64 · 40 not listed",
  );
  await set({ free: true });
  expect(text(find(".videogen-tally"))).toContain("free · ");
  expect(text(find(".videogen-tally"))).not.toContain("$");
});

test("the box keeps its height when rows are added", async () => {
  const style = () => find(".videogen-grid").getAttribute("style");
  const before = style();
  expect(before).toContain("--videogen-rows: 20");
  await set({ rows: 40, clips: 240 });
  expect(style()).toBe(before);
  expect(fake.of("grid_rows").length).toBe(2); // they are asked for
});

// ---- thousands ------------------------------------------------------------------------------------------------------

test("of ten thousand cells those in view are in the page, and a busy kernel is asked for what is seen in the end", async () => {
  await open(new GridKernel({ rows: 1667 }));
  expect(findAll(".videogen-tile").length).toBeLessThan(80);
  const before = fake.of("grid_rows").length;
  const { answer } = kernel;
  const held: (() => void)[] = [];
  kernel.answer = async (model, message) => {
    held.push(() => void answer.call(kernel, model, message));
  };
  for (const top of [20_000, 50_000, 80_000]) await scrollTo({ top });
  expect(fake.of("grid_rows").length - before).toBe(1);
  expect(findAll("[aria-label='Loading…']").length).toBeGreaterThan(4);
  kernel.answer = answer;
  held[0]?.();
  await settle();
  expect(fake.of("grid_rows").length - before).toBe(2);
  const asked = fake.of("grid_rows").at(-1);
  expect(asked?.offset).toBeGreaterThan(900);
  expect(asked?.limit).toBeLessThan(40);
  expect(findAll("[aria-label='Loading…']:not([data-at^='0/'])")).toEqual([]); // the tab stop stays where it is
  expect(findAll(".videogen-tile").length).toBeLessThan(80);
});

test("a step within what was answered asks for nothing", async () => {
  await scrollTo({ top: 90 });
  expect(fake.of("grid_rows")).toHaveLength(1);
});

test("a cell that changes draws itself and leaves the others as they are", async () => {
  await settle(400); // until the stills are there
  const [other, own] = [tile(3, 4), tile(3, 3)];
  const before = other.innerHTML;
  kernel.tell(fake, cell(21, { row: 3, column: 3, state: "making", progress: 93.7 }));
  await settle();
  expect([name(own), text(own.querySelector(".videogen-ring"))]).toEqual([
    "p-04, kling-o3, seed 2, 93 percent",
    "93 %",
  ]);
  kernel.tell(fake, readyCell(21, { row: 3, column: 3 }));
  await settle();
  expect(tile(3, 3)).toBe(own);
  expect(name(own)).toBe("p-04, kling-o3, seed 2, ready, not rated");
  expect([tile(3, 4), other.innerHTML]).toEqual([other, before]);
  kernel.tell(fake, readyCell(119, { row: 19, column: 5 })); // out of view: nothing to draw
  await settle();
});

test("after ten seconds of silence the cells in view are asked for again, but not of a grid that has ended", async () => {
  await settle(10_500);
  expect(fake.of("grid_rows")).toHaveLength(2);
  await set({ state: "ended", making: 0, waiting: 0 });
  await settle(30_000);
  expect(fake.of("grid_rows")).toHaveLength(2);
});

test("a kernel that is there again is asked for what happened meanwhile; without one nothing can be sent", async () => {
  fake.comm_live = false;
  fake.emit("comm_live_update");
  await settle();
  expect(text(find(".videogen-grid-notice"))).toContain("The notebook's kernel isn't running.");
  expect(find(".videogen-grid-buttons").hasAttribute("inert")).toBe(true);
  fake.comm_live = true;
  fake.emit("comm_live_update");
  await settle();
  expect(fake.of("grid_rows")).toHaveLength(2);
});

// ---- keys -----------------------------------------------------------------------------------------------------------

test("one tile is in the order of tabs; arrows, pages, Home and End walk to the prompt and back", async () => {
  const stops = () => findAll(".videogen-rows [tabindex='0']");
  expect(stops()).toEqual([tile(0, 0)]);
  tile(0, 0).focus();
  await press("ArrowRight");
  await press("ArrowDown");
  expect(focused()).toBe(tile(1, 1));
  await press("Home");
  await press("ArrowLeft");
  expect(focused()).toBe(find(".videogen-row-head[data-at='1/-1']"));
  await press("ArrowLeft"); // there is nothing before it
  expect(focused()).toBe(tile(1, -1));
  await press("End");
  expect(focused()).toBe(tile(1, 5));
  await press("End", { ctrlKey: true });
  expect(focused()).toBe(tile(19, 5));
  await press("PageUp");
  expect(Number(focused().dataset["at"]?.split("/")[0])).toBeLessThan(19);
  await press("Home", { ctrlKey: true });
  expect(focused()).toBe(tile(0, 0));
  expect(stops()).toHaveLength(1);
  await scrollTo({ top: 1200 });
  expect(focused()).toBe(tile(0, 0)); // however far away it is
});

test("from right to left the arrows turn round", async () => {
  vi.spyOn(window, "getComputedStyle").mockReturnValue({ direction: "rtl" } as CSSStyleDeclaration);
  tile(0, 0).focus();
  await press("ArrowLeft");
  expect(focused()).toBe(tile(0, 1));
});

test("digits rate at once, 0 takes the rating back, and a refusal takes it back, too", async () => {
  tile(1, 5).focus();
  await press("4");
  expect(fake.of("rate")).toMatchObject([{ job_id: "job00011", rating: 4 }]);
  expect(name(tile(1, 5))).toContain("rated 4 of 5");
  await press("0");
  expect(fake.of("rate").at(-1)).toMatchObject({ rating: 0 });
  expect(name(tile(1, 5))).toContain("not rated");
  refuse();
  await press("2");
  expect(name(tile(1, 5))).toContain("not rated");
  expect(text(find(".videogen-grid-head [role=alert]"))).toBe(
    "The ledger can't be written. Free some space.",
  );
  tile(4, 3).focus();
  await press("3"); // there is no clip yet
  expect(fake.of("rate")).toHaveLength(3);
});

test("stars are for a pointer: the one that is set takes the rating back", async () => {
  const cell_ = tile(0, 0).parentElement as HTMLElement;
  const stars = () => [...cell_.querySelectorAll<HTMLElement>(".videogen-stars button")];
  expect(stars()).toEqual([]); // dozens of tiles have none before somebody reaches for them
  cell_.dispatchEvent(new Event("pointerenter"));
  await settle();
  const pressed = stars().map((star) => star.getAttribute("aria-pressed"));
  expect(pressed).toEqual(["true", "true", "true", "true", "false"]);
  stars()[4]?.click();
  await settle();
  stars()[3]?.click();
  await settle();
  expect(fake.of("rate").map(({ rating }) => rating)).toEqual([5, 4]);
  stars()[3]?.click();
  await settle();
  expect(fake.of("rate").at(-1)?.rating).toBe(0);
  cell_.dispatchEvent(new Event("pointerleave"));
  await settle();
  expect(stars()).toEqual([]);
});

test("S stars, C picks, and two that are picked are compared in the same box", async () => {
  await type("a");
  tile(0, 0).focus();
  await press("s");
  expect(fake.of("star")).toMatchObject([{ job_id: "job00000", on: true }]);
  expect(name(tile(0, 0))).toContain("starred");
  await press("c");
  await press("ArrowRight");
  await press("c");
  expect(name(tile(0, 0))).toMatch(/^A: /);
  for (const message of fake.of("detail")) fake.ack(message, { job: ready({ id: message.job_id }) });
  await settle();
  button(widget, "Compare").click();
  await settle();
  expect(findAll(".videogen-grid > .videogen-compare figure")).toHaveLength(2);
  expect(find(".videogen-compare").contains(focused())).toBe(true);
  await press("Escape");
  expect(find(".videogen-compare")).toBeNull();
  expect(focused()).toBe(button(widget, "Compare"));
  expect(find<HTMLInputElement>("input[type=search]").value).toBe("a"); // the grid is as it was left
});

test("a slash goes to the filter, whose answer starts at the top", async () => {
  await scrollTo({ top: 600 });
  tile(8, 1).focus();
  await press("/");
  expect(focused()).toBe(find("input[type=search]"));
  expect((await press("/")).defaultPrevented).toBe(false);
  await type("boat");
  expect(fake.of("grid_rows").at(-1)).toMatchObject({ search: "boat", offset: 0 });
  expect(find(".videogen-scroll").scrollTop).toBe(0);
  expect(find("[role=grid]").getAttribute("aria-rowcount")).toBe(String(2 + 3 + 3));
  expect(name(tile(0, 0))).toContain("p-02");
  await type("zeppelin");
  expect(text(find(".videogen-none-found"))).toMatch(/^Nothing matches “zeppelin”\./);
  button(widget, "Clear filter").click();
  await settle(400);
  expect(name(tile(0, 0))).toContain("p-01");
});

test("rows that failed are found by themselves", async () => {
  button(widget, "Failed only").click();
  await settle();
  expect(fake.of("grid_rows").at(-1)).toMatchObject({ only: "failed" });
  expect(findAll(".videogen-row-head small").map((node) => text(node))).toEqual(["p-02", "p-05"]);
  button(widget, "Failed only").click();
  await settle();
  expect(fake.of("grid_rows").at(-1)).toMatchObject({ only: "" });
});

// ---- steps ----------------------------------------------------------------------------------------------------------

test("a failed tile offers one step, by click and by R", async () => {
  tile(1, 3).click();
  tile(4, 4).focus();
  await press("r");
  expect(fake.of("grid_act")).toMatchObject([
    { action: "retry", cells: [9], undecided: false },
    { action: "retry", cells: [28], undecided: false },
  ]);
  tile(0, 0).focus();
  await press("r"); // a clip that is there is not repeated
  tile(4, 2).click(); // nor is one that waits
  await settle();
  expect(fake.of("grid_act")).toHaveLength(2);
});

test("an outcome that only a person can decide on is looked for or sent again, each and all", async () => {
  await open(undecidedStudy());
  expect(name(tile(0, 2))).toBe(
    "p-01, kling-o3, seed 1, needs your decision: We lost the answer, Look for it",
  );
  expect(name(tile(0, 5))).toContain("May be charged, Send again · ≈ $0.12, This may be charged twice.");
  tile(0, 2).click();
  tile(0, 5).click();
  tile(1, 2).click();
  expect(text(find(".videogen-decisions p"))).toBe("2 need your decision");
  button(widget, "Look for them").click();
  button(widget, "Send again · ≈ $0.24").click();
  await settle();
  expect(fake.of("grid_act")).toMatchObject([
    { action: "look", cells: [2] },
    { action: "retry", cells: [5], undecided: true },
    { action: "look", cells: [] },
    { action: "retry", cells: [], undecided: true },
  ]);
  expect(fake.of("watch")).toMatchObject([{ job_id: "job00008" }]); // its file is not where it was
  expect(text(widget.root)).not.toContain("Retry failed");
  button(widget, "Show them").click();
  await settle();
  expect(fake.of("grid_rows").at(-1)).toMatchObject({ only: "undecided" });
  expect(text(find(".videogen-grid-notice"))).toContain("AIHubMix refused this key.");
});

test("Pause, Go on, Retry failed with its price: what goes gives its focus on", async () => {
  const pause = button(widget, "Pause");
  pause.focus();
  pause.click();
  await set({ state: "paused" });
  expect(focused()).toBe(button(widget, "Go on"));
  focused().click();
  button(widget, "Retry failed · 2 · ≈ $0.24").click();
  await settle();
  expect(fake.of("grid_act")).toMatchObject([
    { action: "pause", cells: [] },
    { action: "resume" },
    { action: "retry", cells: [], undecided: false },
  ]);
  await set({ failed: 0 });
  expect(text(widget.root)).not.toContain("Retry failed");
  await set({ retry_cost: null });
  button(widget, "Retry failed · 2");
  await set({ state: "elsewhere" });
  expect(findAll(".videogen-grid-actions button").map((node) => text(node))).toEqual(["Export"]);
});

test("the table is written beside the notebook, and where it went is said", async () => {
  const menu = async (label: string) => {
    button(widget, "Export").click();
    await settle();
    findAll("[role=menuitem]")
      .find((item) => text(item) === label)
      ?.click();
    await settle();
  };
  await menu("CSV");
  expect(fake.of("export")).toMatchObject([{ kind: "csv" }]);
  expect(text(find(".videogen-grid-foot [role=status]"))).toBe("Saved as study-1.csv");
  expect(focused()).toBe(button(widget, "Export"));
});

test("what is left is cancelled from a pause alone", async () => {
  expect(text(widget.root)).not.toContain("Cancel 96");
  await set({ state: "paused" });
  button(widget, "Cancel 96 clips").click();
  await settle();
  expect(fake.of("grid_act")).toMatchObject([{ action: "cancel", cells: [] }]);
});

test("To DataFrame puts the table's code into a cell below", async () => {
  const insertBelow = vi.fn(() => true);
  Object.assign(globalThis, { [Symbol.for("jupyter-videogen.lab")]: { insertBelow } });
  button(widget, "To DataFrame").click();
  await settle();
  expect(insertBelow).toHaveBeenCalledWith(button(widget, "To DataFrame"), 'vg.grid(name="study-1").df');
  expect(text(find(".videogen-grid-foot [role=status]"))).toBe("The table is in a new cell below.");
  Reflect.deleteProperty(globalThis, Symbol.for("jupyter-videogen.lab"));
});

// ---- what plays -----------------------------------------------------------------------------------------------------

const player = (line: number, column: number) =>
  tile(line, column).querySelector<HTMLVideoElement>("video[loop]");

test("a tile plays without sound under the pointer after 120 ms, and Space stops and starts it", async () => {
  const play = vi.spyOn(HTMLMediaElement.prototype, "play").mockResolvedValue();
  const own = tile(0, 1).parentElement as HTMLElement;
  own.dispatchEvent(new Event("pointerenter"));
  await settle(100);
  expect(player(0, 1)).toBeNull();
  await settle(100);
  expect([player(0, 1)?.muted, play.mock.calls.length]).toEqual([true, 1]);
  own.dispatchEvent(new Event("pointerleave"));
  await settle();
  expect(player(0, 1)).toBeNull();
  tile(0, 1).focus();
  await settle();
  expect(player(0, 1)).not.toBeNull();
  expect((await press(" ")).defaultPrevented).toBe(true);
  expect(player(0, 1)).toBeNull();
  await press(" ");
  expect(player(0, 1)).not.toBeNull();
});

test("where motion is reduced nothing plays by itself, but Space does", async () => {
  vi.spyOn(window, "matchMedia").mockReturnValue({ matches: true } as MediaQueryList);
  tile(0, 1).focus();
  await settle(500);
  expect(player(0, 1)).toBeNull();
  await press(" ");
  expect(player(0, 1)).not.toBeNull();
});

test("Play all plays no more than 24, which rest while somebody scrolls", async () => {
  vi.spyOn(HTMLMediaElement.prototype, "play").mockResolvedValue();
  const pause = vi.spyOn(HTMLMediaElement.prototype, "pause");
  await open(takes(60, {}));
  kernel.tell(fake, ...kernel.cells.map(({ position }) => readyCell(position)));
  await settle();
  expect(findAll(".videogen-tile[data-state=ready]").length).toBeGreaterThan(24);
  button(widget, "Play all").click();
  await settle();
  expect(findAll("video[loop]")).toHaveLength(24);
  pause.mockClear();
  const sheet = find(".videogen-scroll");
  sheet.dispatchEvent(new Event("scroll"));
  await settle(20);
  expect(pause).toHaveBeenCalledTimes(24);
  button(widget, "Pause all").click();
  await settle();
  expect(findAll("video[loop]")).toEqual([]);
});

test("Enter shows a clip over all, and Escape gives the focus back", async () => {
  tile(2, 1).focus();
  tile(2, 1).click(); // as Enter does
  await settle();
  const dialog = find("[role=dialog]");
  expect(dialog.getAttribute("aria-label")).toBe("wan-2.7, seed 2, ready, not rated");
  expect(dialog.querySelector("video")?.src).toContain("clip-13.mp4");
  expect(dialog.contains(focused())).toBe(true);
  await press("Escape");
  expect([find("[role=dialog]"), focused()]).toEqual([null, tile(2, 1)]);
});

test("Shift+F10 opens the actions on a tile as a menu, and Escape gives the focus back", async () => {
  tile(0, 1).focus();
  await press("F10", { shiftKey: true });
  const items = () =>
    findAll("[role=menu] [role=menuitem] > span:not([aria-hidden])").map((node) => text(node));
  expect(items()).toEqual(["Full screen", "Open the row", "Star", "Pick to compare"]);
  await press("Escape");
  expect(focused()).toBe(tile(0, 1));
  await press("ContextMenu");
  find("[role=menuitemradio][aria-label='Rate 5 of 5']").click();
  await settle();
  expect(fake.of("rate")).toMatchObject([{ job_id: "job00001", rating: 5 }]);
  tile(1, 3).focus();
  await press("F10", { shiftKey: true });
  expect(items()).toEqual(["Open the row", "Retry · ≈ $0.12"]);
});

// ---- a row opened ---------------------------------------------------------------------------------------------------

test("O opens a row under one clock, muted; Escape closes it and gives the focus back", async () => {
  tile(2, 3).focus();
  await press("o");
  const opened = find(".videogen-opened");
  expect(opened.getAttribute("aria-colspan")).toBe("6");
  expect(find("[data-at='2/-1']").getAttribute("aria-expanded")).toBe("true");
  expect(opened.contains(focused())).toBe(true);
  const videos = () => [...opened.querySelectorAll("video")];
  expect(videos()).toHaveLength(6);
  expect(videos().every(({ muted }) => muted)).toBe(true);
  expect(find("[aria-label='Loop']").getAttribute("aria-pressed")).toBe("true");
  const sound = find("[aria-label='Sound from C']");
  sound.click();
  await settle();
  expect(videos().map(({ muted }) => muted)).toEqual([true, true, false, true, true, true]);
  opened.querySelector<HTMLElement>("[aria-label='Rate 2 of 5']")?.click();
  await settle();
  expect(fake.of("rate")).toMatchObject([{ job_id: "job00012", rating: 2 }]);
  await press("ArrowRight"); // the clock has arrows of its own: nothing walks
  expect(opened.contains(focused())).toBe(true);
  await press("Escape");
  expect([find(".videogen-opened"), focused()]).toEqual([null, tile(2, 3)]);
});

test("a prompt opens its row, and another one closes it", async () => {
  tile(0, -1).click();
  await settle();
  expect(find("[data-at='0/-1']").getAttribute("aria-expanded")).toBe("true");
  tile(1, -1).click();
  await settle();
  expect(findAll(".videogen-opened")).toHaveLength(1);
  await type("boat"); // a filter closes it
  expect(findAll(".videogen-opened")).toEqual([]);
});

// ---- takes ----------------------------------------------------------------------------------------------------------

test("takes of one prompt are a contact sheet, whose arrows go on in the next row", async () => {
  await open(takes(20));
  expect(text(find("h3"))).toBe("A pine forest in morning mist, rays of sun");
  expect(text(find(".videogen-grid-name p"))).toContain("20 takes · wan-2.7");
  expect(findAll(".videogen-heads, .videogen-figures")).toEqual([]);
  const grid = find("[role=grid]");
  expect([grid.getAttribute("aria-rowcount"), grid.getAttribute("aria-colcount")]).toEqual(["4", "5"]);
  expect(name(tile(0, 13))).toBe("Take 14, seed 14, 88 percent");
  expect(text(tile(0, 13).querySelector(".videogen-badge"))).toBe("14");
  tile(0, 4).focus();
  await press("ArrowRight");
  expect(focused()).toBe(tile(0, 5));
  await press("ArrowDown");
  await press("End");
  expect(focused()).toBe(tile(0, 14));
  await press("ArrowDown");
  await press("ArrowDown"); // there is nothing below
  expect(focused()).toBe(tile(0, 19));
});

test("one prompt with varied sizes is a table", async () => {
  const varied = columns(["wan-2.7"], [1]).flatMap((one) =>
    ["1280×720", "720×1280"].map((size) => ({ ...one, values: [size] })),
  );
  await open(new GridKernel({ rows: 1, columns: varied }));
  expect(findAll(".videogen-heads > :nth-child(2) > *").map((node) => text(node))).toEqual([
    "seed 1 · 1280×720",
    "seed 1 · 720×1280",
  ]);
});

test("the number of columns leaves the fewest holes", () => {
  expect([20, 24, 7, 25].map((count) => countTakeColumns(1066, count))).toEqual([5, 6, 4, 5]);
  expect(countTakeColumns(926, 20)).toBe(5);
  expect(countTakeColumns(396, 20)).toBe(3);
  expect([1, 2, 3].map((count) => countTakeColumns(926, count))).toEqual([1, 2, 3]);
});

// ---- geometry -------------------------------------------------------------------------------------------------------

test("an opened row moves those below it, and is found wherever it is in view", () => {
  const lines = { count: 100, rowHeight: 80, opened: 10, openedHeight: 480 };
  expect([getTop(lines, 10), getTop(lines, 11), getHeight(lines)]).toEqual([800, 1280, 8400]);
  expect(findLines(lines, 0, 400)).toEqual([0, 7]);
  expect(findLines(lines, 850, 300)[0]).toBeLessThanOrEqual(10);
  expect(findLines(lines, 1280, 320)).toEqual([10, 17]);
  expect(findLines({ ...lines, opened: -1 }, 8000, 400)).toEqual([99, 100]);
});

test("columns stand 4 px apart, models 16, and of many those in view are drawn", () => {
  const few = new ColumnGeometry(132, [true, false, true, false]);
  expect([0, 1, 2, 3].map((at) => few.getStart(at))).toEqual([0, 148, 284, 432]);
  expect(few.tracks).toBe("144px 132px 144px 132px");
  expect(few.find(0, 100)).toEqual([0, 4]);
  const many = new ColumnGeometry(
    132,
    Array.from({ length: 200 }, (_, at) => at % 20 === 0),
  );
  const [first, end] = many.find(many.getStart(100), 600);
  expect([first < 100, end > 104, end - first < 12]).toEqual([true, true, true]);
});

test("of two hundred columns those in view are in the page, and the one with the focus", async () => {
  const many = columns(
    ["wan-2.7"],
    Array.from({ length: 200 }, (_, at) => at + 1),
  );
  await open(new GridKernel({ rows: 10, columns: many }));
  expect(findAll(".videogen-tile").length).toBeLessThan(130);
  tile(0, 0).focus();
  await scrollTo({ left: 13_000 });
  expect(focused()).toBe(tile(0, 0));
  expect(findAll("[data-at^='1/']").length).toBeLessThan(14);
  expect(find("[data-at='1/98']")).not.toBeNull();
});

// ---- style ----------------------------------------------------------------------------------------------------------

const sources = import.meta.glob<string>("../src/**/*.{tsx,css}", {
  query: "?raw",
  import: "default",
  eager: true,
});
const listClasses = (source: string) => source.match(/(?<![\w-])videogen-[a-z-]+/g) ?? [];

test("the stylesheet of a grid is of grids alone: a card on the same page stays as it is", () => {
  const others = Object.entries(sources).filter(
    ([path]) => !/\/grid\/|grid(-place)?\.css$|(sheet|notices)\.css$/.test(path),
  );
  const shared = new Set(others.flatMap(([, source]) => listClasses(source)));
  const sheet = (sources["../src/styles/grid.css"] ?? "").replaceAll(/\/\*.*?\*\//gs, "");
  const rules = [...sheet.matchAll(/(?:^|[{}])\s*([^{}@;]+)\{/g)].map(([, selector = ""]) => selector.trim());
  const own = rules.filter((rule) => rule.startsWith(".videogen"));
  expect(own.length).toBeGreaterThan(80);
  const foreign = own.filter(
    (rule) => !/data-kind/.test(rule) && listClasses(rule).every((name) => shared.has(name)),
  );
  expect(foreign).toEqual([]);
});

// ---- what is told ---------------------------------------------------------------------------------------------------

test("counts are told at most every ten seconds and at the end, failures once", async () => {
  const status = () => text(find(".videogen-grid-body > [role=status]"));
  const alarm = () => text(find(".videogen-grid-body > [role=alert]"));
  expect([status(), alarm()]).toEqual(["22 of 120 clips ready", ""]);
  await set({ ready: 23 });
  expect(status()).toBe("23 of 120 clips ready");
  await set({ ready: 24 });
  await set({ ready: 25 });
  expect(status()).toBe("23 of 120 clips ready");
  await settle(10_000);
  expect(status()).toBe("25 of 120 clips ready");
  await set({ ready: 26, failed: 3 });
  expect(alarm()).toBe("3 clips failed");
  await set({ ready: 118, failed: 2, state: "ended", waiting: 0, making: 0 });
  expect(status()).toBe("All done: 118 of 120 clips ready");
});

// ---- the question before it is sent ---------------------------------------------------------------------------------

test("a planned grid is sent by a click that says what it costs, and by its token alone", async () => {
  await open(planned());
  expect(text(find(".videogen-decisions"))).toContain("Nothing is sent yet. 120 clips, about $14.40");
  expect(findAll(".videogen-grid-actions button").map(text)).toEqual(["Export"]);
  button(widget, "Send 120 · ≈ $14.40").click();
  await settle();
  expect(fake.of("grid_act")).toMatchObject([{ action: "send", token: "t0ken", cells: [] }]);
  await set({ state: "running", question: null });
  expect(find(".videogen-decisions")).toBeNull();
});

test("not now sends nothing", async () => {
  await open(planned());
  button(widget, "Not now").click();
  await settle();
  expect(fake.of("grid_act")).toMatchObject([{ action: "decline", token: "t0ken" }]);
});

test("a price that is not known is not made up", async () => {
  const ask = (cost: number, unpriced: number) =>
    set({ question: { token: "x", words: "120 clips.", clips: 120, cost, unpriced } });
  await ask(9.6, 40);
  expect(button(widget, "Send 120 · ≈ $9.60 and 40 not listed")).toBeDefined();
  await ask(0, 120);
  expect(button(widget, "Send 120 · price not listed")).toBeDefined();
});

test("a kernel that is away can't be answered", async () => {
  await open(planned());
  fake.comm_live = false;
  fake.emit("comm_live_update");
  await settle();
  expect(find(".videogen-decisions")).toBeNull();
});

// ---- visitors, shapes, views ----------------------------------------------------------------------------------------

test("visitors look and play: what the kernel refuses is not offered", async () => {
  await open(study({ guest: true, question: null }));
  const names = findAll("button").map((node) => text(node) || node.ariaLabel);
  for (const refused of ["Pause", "Retry failed", "Export", "Compare", "To DataFrame"])
    expect(names.filter((one) => one?.startsWith(refused))).toEqual([]);
  tile(0, 0).focus();
  for (const key of ["4", "s", "c", "r"]) await press(key);
  tile(1, 3).click();
  tile(0, 0).dispatchEvent(new MouseEvent("contextmenu", { bubbles: true, cancelable: true }));
  await settle();
  expect(findAll("[role=menuitem]").map(text)).toEqual(["Full screenEnter", "Open the rowO"]);
  const asked = new Set(fake.sent.map(({ type: kind }) => kind));
  expect([...asked].filter((kind) => !["hello", "grid_rows", "posters", "module"].includes(kind))).toEqual(
    [],
  );
});

test("a tile has the shape of its request, in a box that all tiles have", async () => {
  await open(shapes());
  expect(find(".videogen-grid").style.getPropertyValue("--videogen-aspect")).toBe("1");
  const shapeOf = (node: HTMLElement) => {
    const own = node.closest<HTMLElement>(".videogen-cell");
    return [own?.dataset["shaped"], Number(own?.style.getPropertyValue("--videogen-shape")).toFixed(2)];
  };
  expect([shapeOf(tile(0, 0)), shapeOf(tile(0, 1))]).toEqual([
    ["true", "1.78"],
    ["true", "0.56"],
  ]);
  await open(study());
  expect(shapeOf(tile(0, 0))[0]).toBe("false");
});

test("each view of a grid has rows of its own, until it is closed", async () => {
  const two = study().start();
  const [one, other] = await renderWidget(two, 2);
  const views = two.of("grid_rows").map(({ view }) => view);
  expect(new Set(views).size).toBe(2);
  expect(other).toBeDefined();
  const before = two.of("grid_rows").length;
  one.end();
  await settle();
  expect(two.of("grid_rows").slice(before)).toMatchObject([{ view: views[0], limit: 0 }]);
});
