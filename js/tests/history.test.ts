import { beforeEach, expect, test, vi } from "vitest";
import type { HistoryPage, JobView, TileView } from "../src/kernel/protocol.gen";
import { takePrompt } from "../src/library/take-prompt";
import { findScroll, findVisible, gridHeight, measureGrid, placeTile } from "../src/library/virtual-grid";
import { PAGE_SIZE } from "../src/state/history";
import { Session } from "../src/state/session";
import {
  button,
  control,
  error,
  FakeModel,
  form,
  job,
  line1,
  page,
  ready,
  renderWidget,
  START,
  settle,
  setUpTests,
  text,
  tile,
  type Widget,
} from "./kit";

const jobs = [
  ready({ id: "newest00", prompt: "Waves", created_at: START, cost: 0.8, cost_source: "reported" }),
  job({
    id: "running0",
    prompt: "A storm",
    progress: 62.9,
    created_at: START - 10,
    cost: 0.5,
    cost_source: "estimated",
  }),
  ready({ id: "oldest00", prompt: "Snow", created_at: START - 20, model: "kling" }),
];
const rows = jobs.map((one) => tile(one));
let widget: Widget;
const asked = () => widget.model.of("history");
const answer = async (tiles: readonly TileView[], change: Partial<HistoryPage> = {}) => {
  widget.model.ack(asked().at(-1), { page: page(tiles, change) });
  await settle();
};
const tell = async (view: JobView) => {
  widget.model.ack(widget.model.of("detail").at(-1), { job: view });
  await settle();
};
const changed = async () => {
  widget.model.emit("msg:custom", { type: "changed", v: 1 });
  await settle();
};
const tiles = () => [...widget.root.querySelectorAll<HTMLElement>("button.videogen-tile")];
const names = () => tiles().map((node) => text(node.querySelector(".videogen-visually-hidden")));
const sheet = () => widget.root.querySelector<HTMLElement>(".videogen-sheet");
const detail = () => widget.root.querySelector<HTMLElement>(".videogen-detail");
const search = () => widget.root.querySelector<HTMLInputElement>("input[type=search]") as HTMLInputElement;
const enter = (value: string) => {
  search().value = value;
  search().dispatchEvent(new Event("input", { bubbles: true }));
};
const press = async (key: string) => {
  const node = document.activeElement ?? widget.root;
  node.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  await settle();
};
const choose = async (label: string, value: string) => {
  const node = widget.root.querySelector<HTMLSelectElement>(`select[aria-label='${label}']`);
  if (node) node.value = value;
  node?.dispatchEvent(new Event("change", { bubbles: true }));
  await settle();
};
setUpTests();
beforeEach(async () => {
  [widget] = await renderWidget(new FakeModel({ form }));
  await answer(rows);
});

test("the library asks once for this project's newest jobs, without those that failed, and says all of each", () => {
  expect(asked()).toMatchObject([
    {
      scope: "project",
      search: "",
      starred: false,
      model: "",
      stages: ["ready", "making"],
      offset: 0,
      limit: 60,
    },
  ]);
  expect(names()).toEqual([
    "Waves, ready, wan-2.7, 8 s, $0.80, Nov 14",
    "A storm, 62 %, wan-2.7, 8 s, ≈ $0.50, Nov 14",
    "Snow, ready, kling, 8 s, Nov 14",
  ]);
  expect(text(widget.root.querySelector(".videogen-total"))).toBe("3 clips · $0.80");
});

test("a card has no library and asks for none", async () => {
  const [card] = await renderWidget(new FakeModel({ job: job() }));
  expect(card.model.of("history")).toEqual([]);
});

test("filters combine, counts follow, and Clear takes all back but the place", async () => {
  expect(button(widget, "Ready").textContent).toBe("Ready 2");
  for (const value of ["s", "sn", "sno "]) {
    enter(value);
    await settle(50);
  }
  await settle(400);
  button(widget, "Starred").click();
  button(widget, "Failed").click();
  await choose("Model", "kling");
  await choose("Where", "all");
  expect(asked().at(-1)).toMatchObject({
    scope: "all",
    search: "sno",
    starred: true,
    model: "kling",
    stages: ["ready", "making", "failed"],
    offset: 0,
  });
  expect(asked().filter((one) => one.search.startsWith("s"))[0]?.search).toBe("sno"); // once the typing pauses
  await answer([], { failed: 7 });
  expect(button(widget, "Failed").textContent).toBe("Failed 7");
  expect(text(widget.root.querySelector(".videogen-none-found"))).toMatch(/^Nothing matches “sno”\./);
  button(widget, "Clear filters").click();
  await settle();
  expect(asked().at(-1)).toMatchObject({
    scope: "all",
    search: "",
    starred: false,
    model: "",
    stages: ["ready", "making"],
  });
  expect(search().value).toBe("");
  await answer([]);
  expect(text(widget.root.querySelector(".videogen-history"))).toContain(
    "No clips here yet. Clips of all notebooks",
  );
  expect(text(widget.root)).not.toContain("Clear filters");
});

test("a slash goes to the filter, but is a letter in a box", async () => {
  tiles()[0]?.focus();
  await press("/");
  expect(document.activeElement).toBe(search());
  const slash = new KeyboardEvent("keydown", { key: "/", bubbles: true, cancelable: true });
  search().dispatchEvent(slash);
  expect(slash.defaultPrevented).toBe(false);
});

test("an answer to an older question does not overwrite a newer one", async () => {
  await choose("Where", "notebook");
  const first = asked().at(-1);
  await choose("Where", "all");
  const second = asked().at(-1);
  widget.model.ack(second, { page: page([rows[2] as TileView]) });
  widget.model.ack(first, { page: page(rows) });
  await settle();
  expect(tiles()).toHaveLength(1);
});

test("a tile that failed is small and says why; one whose file is gone says that", async () => {
  const failed = tile(
    job({ id: "failed00", state: "failed", error: error({ message: "Held back by a filter" }) }),
  );
  await answer([failed, tile(ready({ id: "gone0000", prompt: "A kite" }), true)]);
  button(widget, "Failed").click();
  await settle();
  await answer([failed, tile(ready({ id: "gone0000", prompt: "A kite" }), true)]);
  expect(names()).toEqual([
    "A paper boat, Held back by a filter, wan-2.7, 8 s, Nov 14",
    "A kite, moved or deleted, wan-2.7, 8 s, Nov 14",
  ]);
  const items = [...widget.root.querySelectorAll<HTMLElement>(".videogen-item")];
  expect(items.map(({ dataset }) => [dataset["small"], dataset["gone"]])).toEqual([
    ["true", "false"],
    ["false", "true"],
  ]);
});

// ---- ten thousand ---------------------------------------------------------------------------------------------------

const TOTAL = 10_000;
/** The kernel answers whatever is asked, from a ledger of ten thousand. */
const serve = async (pages = 1) => {
  for (let turn = 0; turn < pages; turn += 1) {
    const question = asked().at(-1);
    const made = Array.from({ length: PAGE_SIZE }, (_, at) => {
      const number = (question?.offset ?? 0) + at;
      return tile(ready({ id: `clip${number}`, prompt: `Clip ${number}`, created_at: START - number }));
    });
    await answer(made, { offset: question?.offset ?? 0, total: TOTAL, ready: TOTAL });
  }
};
const scrollTo = async (top: number) => {
  const node = sheet();
  if (node) node.scrollTop = top;
  node?.dispatchEvent(new Event("scroll"));
  await settle();
};
const many = async () => {
  await changed();
  await serve();
};

test("of ten thousand clips only the rows in view are in the page, and only their pages are asked for", async () => {
  await many();
  expect(tiles().length).toBeLessThan(40);
  expect(sheet()?.firstElementChild?.getAttribute("style")).toContain("block-size");
  const before = asked().length;
  await scrollTo(200_000);
  expect(asked().length - before).toBe(1); // none of the pages between
  const first = asked().at(-1)?.offset ?? 0;
  expect(first).toBeGreaterThan(3000);
  expect(widget.root.querySelectorAll("[aria-label='Loading…']").length).toBeGreaterThan(4);
  await serve();
  const shown = tiles().filter(({ dataset }) => dataset["job"]);
  expect(shown.length).toBeGreaterThan(4);
  expect(tiles().length).toBeLessThan(40);
  const numbers = shown.map(({ dataset }) => Number(dataset["index"]));
  expect(shown.map(({ dataset }) => dataset["job"])).toEqual(numbers.map((number) => `clip${number}`));
  const item = shown.at(-1)?.closest("li");
  expect([item?.getAttribute("aria-posinset"), item?.getAttribute("aria-setsize")]).toEqual([
    String((numbers.at(-1) ?? 0) + 1),
    String(TOTAL),
  ]);
});

test("pages far from the view are forgotten, and asked for again when somebody comes back", async () => {
  await many();
  for (const top of [100_000, 200_000, 300_000]) {
    await scrollTo(top);
    await serve(2);
  }
  const before = asked().length;
  await scrollTo(0);
  expect(asked().slice(before)).toMatchObject([{ offset: 0 }]);
});

test("while the kernel is busy, only the page that is looked at in the end is asked for", async () => {
  await many();
  const before = asked().length;
  for (const top of [50_000, 100_000, 150_000, 200_000]) await scrollTo(top);
  expect(asked().length - before).toBe(1);
  await serve(1);
  const last = asked().at(-1)?.offset ?? 0;
  expect(last).toBeGreaterThan(3000);
  expect(asked().length - before).toBe(2);
});

test("one tile is in the order of tabs; arrows, pages, Home and End walk, and the focus outlives the scrolling", async () => {
  await many();
  const stops = () => tiles().filter(({ tabIndex }) => tabIndex === 0);
  const focused = () => (document.activeElement as HTMLElement).dataset["index"];
  const { columns } = measureGrid(928);
  expect(stops()).toHaveLength(1);
  tiles()[0]?.focus();
  await press("ArrowRight");
  await press("ArrowDown");
  expect(focused()).toBe(String(1 + columns));
  await press("ArrowUp");
  await press("ArrowLeft");
  await press("ArrowLeft"); // there is nothing before the first
  expect(focused()).toBe("0");
  await press("End");
  expect(focused()).toBe(String(TOTAL - 1));
  expect(document.activeElement?.getAttribute("aria-label")).toBe("Loading…");
  await serve(2);
  expect(text(document.activeElement)).toContain("Clip 9999");
  expect(focused()).toBe(String(TOTAL - 1));
  await scrollTo(0);
  expect(focused()).toBe(String(TOTAL - 1));
  await press("Home");
  expect(focused()).toBe("0");
  expect(stops()).toHaveLength(1);
});

const rain = tile(job({ id: "another0", prompt: "Rain" }));
const chip = () => widget.root.querySelector<HTMLElement>(".videogen-arrived button");

test("a tile that moves because another one went keeps the focus, and the keys go on from there", async () => {
  tiles()[1]?.focus();
  await changed();
  await answer(rows.slice(1));
  expect((document.activeElement as HTMLElement).dataset["job"]).toBe("running0");
  await press("ArrowRight");
  expect((document.activeElement as HTMLElement).dataset["job"]).toBe("oldest00");
});

test("a job that comes on top while somebody looks waits for a click", async () => {
  tiles()[1]?.focus();
  await changed();
  await answer([rain, ...rows]);
  expect(names()[0]).toContain("Waves");
  expect((document.activeElement as HTMLElement).dataset["index"]).toBe("1");
  expect([text(chip()), widget.root.querySelector(".videogen-item")?.getAttribute("aria-setsize")]).toEqual([
    "1 new",
    "3",
  ]);
  await changed();
  await answer([tile(job({ id: "another1", prompt: "Hail" })), rain, ...rows]);
  expect([text(chip()), names()[0]]).toEqual(["2 new", expect.stringContaining("Waves")]);
  chip()?.click();
  await settle();
  expect(names().map((name) => name.split(",")[0])).toEqual(["Hail", "Rain", "Waves", "A storm", "Snow"]);
  expect(chip()).toBeNull();
  expect(document.activeElement).toBe(tiles()[0]);
});

test("a job that has waited and is gone again is not told; filters and undo show what is there", async () => {
  tiles()[1]?.focus();
  await changed();
  await answer([rain, ...rows]);
  await changed();
  await answer(rows);
  expect(chip()).toBeNull();
  await press("Delete");
  widget.model.ack(widget.model.of("remove").at(-1));
  await settle();
  await answer(rows.filter(({ id }) => id !== "running0"));
  button(widget, "Undo").click();
  await settle();
  widget.model.ack(widget.model.of("remove").at(-1));
  await settle();
  await answer(rows);
  expect([chip(), names()]).toEqual([null, expect.arrayContaining([expect.stringContaining("A storm")])]);
  await changed();
  await answer([rain, ...rows]);
  expect(text(chip())).toBe("1 new");
  button(widget, "Failed").click();
  await settle();
  await answer([rain, ...rows]);
  expect([chip(), tiles().length]).toEqual([null, 4]);
});

test("a job that comes on top is shown at once while nobody looks", async () => {
  await changed();
  await answer([rain, ...rows]);
  expect([chip(), names()[0]]).toEqual([null, expect.stringContaining("Rain")]);
});

test("a tile's prompt is taken by a click", async () => {
  const use = tiles()[0]?.parentElement?.querySelector<HTMLElement>("[aria-label='Use this prompt']");
  use?.click();
  await settle();
  await tell(ready({ id: "newest00", prompt: "Waves, whole" }));
  expect(control<HTMLTextAreaElement>(widget, "Prompt").value).toBe("Waves, whole");
});

test("from right to left the arrows turn round", async () => {
  const style = vi
    .spyOn(window, "getComputedStyle")
    .mockReturnValue({ direction: "rtl" } as CSSStyleDeclaration);
  tiles()[0]?.focus();
  await press("ArrowLeft");
  expect(document.activeElement).toBe(tiles()[1]);
  await press("ArrowRight");
  expect(document.activeElement).toBe(tiles()[0]);
  style.mockRestore();
});

test("the grid places what it draws: whole rows, two columns at least, none outside", () => {
  expect(measureGrid(928).columns).toBe(5);
  expect(measureGrid(300)).toEqual({ columns: 2, tileWidth: 144, rowHeight: 81 + 57 + 16 });
  const grid = measureGrid(928);
  expect(findVisible(grid, 0, 440, 7)).toEqual([0, 7]);
  expect(findVisible(grid, 10 * grid.rowHeight, grid.rowHeight, 1e4)).toEqual([45, 65]);
  expect(findVisible(grid, 1e9, 440, 12)).toEqual([12, 12]);
  expect(gridHeight(grid, 6)).toBe(2 * grid.rowHeight - 16);
  expect(gridHeight(grid, 0)).toBe(0);
  expect(placeTile(grid, 6)).toEqual({
    inlineSize: "176px",
    insetBlockStart: `${grid.rowHeight}px`,
    insetInlineStart: "188px",
  });
  expect(findScroll(grid, 6, 0, 2 * grid.rowHeight)).toBe(0);
  expect(findScroll(grid, 10, 0, 2 * grid.rowHeight)).toBe(grid.rowHeight);
  expect(findScroll(grid, 0, 500, 440)).toBe(0);
});

// ---- pictures -------------------------------------------------------------------------------------------------------

test("pictures are asked for together once the scrolling rests, and each stands in its tile", async () => {
  URL.createObjectURL = vi.fn(() => "blob:still");
  URL.revokeObjectURL = vi.fn();
  expect(widget.model.of("posters")).toMatchObject([{ job_ids: ["newest00", "oldest00"] }]);
  const bytes = (length: number) => new DataView(new ArrayBuffer(length));
  widget.model.ack(widget.model.of("posters")[0], {}, [bytes(8), bytes(0)]);
  await settle(400);
  expect(tiles()[0]?.querySelector("img")?.src).toBe("blob:still");
  expect(tiles()[2]?.querySelector("img")).toBeNull();
  expect(tiles()[2]?.querySelector("video")?.src).toContain("#t=0.5"); // a frame of the clip itself
  await changed();
  await answer(rows);
  expect(widget.model.of("posters")).toHaveLength(1); // what is known is not asked for again
  widget.end();
  expect(URL.revokeObjectURL).toHaveBeenCalledWith("blob:still");
});

test("a clip plays without sound a moment after the pointer has come, and stops when it leaves", async () => {
  const play = vi.spyOn(HTMLMediaElement.prototype, "play").mockResolvedValue();
  const item = tiles()[0]?.closest("li") as HTMLElement;
  const video = () => item.querySelector<HTMLVideoElement>("video[loop]");
  item.dispatchEvent(new Event("pointerenter"));
  await settle(100);
  expect(video()).toBeNull();
  await settle(200);
  expect([video()?.muted, play.mock.calls.length > 0]).toEqual([true, true]);
  item.dispatchEvent(new Event("pointerleave"));
  await settle();
  expect(video()).toBeNull();
  tiles()[0]?.focus();
  await settle(300);
  expect(video()).not.toBeNull();
});

test("nothing plays by itself where motion is reduced", async () => {
  vi.spyOn(window, "matchMedia").mockReturnValue({ matches: true } as MediaQueryList);
  const item = tiles()[0]?.closest("li") as HTMLElement;
  item.dispatchEvent(new Event("pointerenter"));
  await settle(500);
  expect(item.querySelector("video[loop]")).toBeNull();
});

// ---- live -----------------------------------------------------------------------------------------------------------

test("the kernel's word of a change loads the page in view again, and a busy kernel is not asked twice", async () => {
  const before = asked().length;
  await changed();
  await changed();
  expect(asked()).toHaveLength(before + 1);
  await answer([tile(job({ id: "another0", prompt: "Rain" })), ...rows]);
  expect(names()[0]).toContain("Rain");
  expect(asked()).toHaveLength(before + 2); // what changed while it answered
  await answer(rows);
  widget.root.querySelector(".videogen-history")?.dispatchEvent(new Event("pointerenter"));
  await settle();
  expect(asked()).toHaveLength(before + 3);
});

test("a kernel that is there again is asked for what happened meanwhile", async () => {
  const before = asked().length;
  widget.model.comm_live = false;
  widget.model.emit("comm_live_update");
  await settle();
  await changed();
  expect(asked()).toHaveLength(before);
  widget.model.comm_live = true;
  widget.model.emit("comm_live_update");
  await settle();
  expect(asked()).toHaveLength(before + 1);
});

test("a job of this form has the percent of its card, which never goes back", async () => {
  widget.model.set({ job: job({ id: "running0", progress: 80 }) });
  await settle();
  await answer(rows);
  widget.model.set({ job: job({ id: "running0", progress: 71 }) });
  await settle();
  const card = text(widget.root.querySelector(".videogen-result .videogen-explanation b"));
  expect([card, names()[1]]).toEqual(["80 %", "A storm, 80 %, wan-2.7, 8 s, ≈ $0.50, Nov 14"]);
});

// ---- one clip -------------------------------------------------------------------------------------------------------

const long = `${"Northern lights over a narrow fjord. ".repeat(20)}No text.`;

test("a tile opens beside the grid with its whole prompt, and Escape gives the focus back", async () => {
  tiles()[2]?.click();
  await settle();
  expect(widget.model.of("detail")).toMatchObject([{ job_id: "oldest00" }]);
  await tell(
    ready({ id: "oldest00", prompt: long, model: "kling", request: { ...job().request, negative: "blur" } }),
  );
  expect(tiles()[2]?.getAttribute("aria-pressed")).toBe("true");
  expect(text(detail()?.querySelector(".videogen-prompt-text"))).toBe(long.trim());
  expect(text(detail())).toContain("Ready in 1 min 6 s");
  expect(text(detail()?.querySelector("dl"))).toContain("Avoidblur");
  detail()?.querySelector<HTMLElement>("button")?.focus();
  await press("Escape");
  expect(detail()).toBeNull();
  expect(document.activeElement).toBe(tiles()[2]);
});

test("an opened job that another notebook makes is told anew when it changes, with its own percent", async () => {
  tiles()[1]?.click();
  await settle();
  await tell(jobs[1] as JobView);
  expect(text(detail())).toContain("62 %");
  await changed();
  await answer([tile(ready({ id: "running0", prompt: "A storm" }))]);
  expect(widget.model.of("detail")).toHaveLength(2);
  await tell(ready({ id: "running0", prompt: "A storm" }));
  expect(text(detail())).toContain("Ready in");
});

test("Use this prompt fills the form with the prompt and nothing else, and goes there", async () => {
  tiles()[2]?.click();
  await settle();
  await tell(ready({ id: "oldest00", prompt: long, seed: 7 }));
  control<HTMLInputElement>(widget, "Seed").value = "";
  button(widget, "Use this prompt").click();
  await settle();
  const box = control<HTMLTextAreaElement>(widget, "Prompt");
  expect([box.value, control(widget, "Seed").value, document.activeElement]).toEqual([long, "", box]);
});

test("a prompt goes from a tile by P, with the whole of it", async () => {
  tiles()[2]?.focus();
  await press("p");
  await tell(ready({ id: "oldest00", prompt: long }));
  expect(control<HTMLTextAreaElement>(widget, "Prompt").value).toBe(long);
});

test("a prompt without a form goes into a cell below, else into the clipboard", async () => {
  const model = new FakeModel({ job: job() });
  const [card] = await renderWidget(model);
  const other = new Session(model);
  const take = async () => {
    const taken = takePrompt(other, "Snow {falls}", card.root);
    await settle();
    model.ack(model.of("code").at(-1), { text: "%%videogen --raw\nSnow {falls}" });
    return taken;
  };
  const item = globalThis.ClipboardItem;
  const writeText = vi.fn(async () => undefined);
  vi.stubGlobal("ClipboardItem", undefined);
  vi.spyOn(navigator, "clipboard", "get").mockReturnValue({ writeText } as unknown as Clipboard);
  expect(await take()).toBe("copied");
  expect(writeText).toHaveBeenCalledWith("%%videogen --raw\nSnow {falls}");
  const insertBelow = vi.fn(() => true);
  Object.assign(globalThis, { [Symbol.for("jupyter-videogen.lab")]: { insertBelow } });
  expect(await take()).toBe("inserted");
  expect(insertBelow).toHaveBeenCalledWith(card.root, "%%videogen --raw\nSnow {falls}");
  expect(model.of("code").at(-1)).toMatchObject({
    language: "magic",
    request: { prompt: "Snow {falls}", model: "" },
  });
  insertBelow.mockReturnValue(false); // a console has no cells
  writeText.mockRejectedValue(new Error("no access"));
  expect(await take()).toBe("failed");
  Reflect.deleteProperty(globalThis, Symbol.for("jupyter-videogen.lab"));
  vi.stubGlobal("ClipboardItem", item);
  other.dispose();
});

test("letters do what the buttons do: recall, remix, star, pick", async () => {
  tiles()[2]?.focus();
  await press("r");
  await tell(ready({ id: "oldest00", request: { ...job().request, prompt: "Snow", duration: 4 } }));
  expect(control<HTMLTextAreaElement>(widget, "Prompt").value).toBe("Snow");
  expect(control(widget, "Seed").value).toBe("");
  tiles()[2]?.focus();
  await press("a");
  await tell(jobs[2] as JobView);
  expect(control(widget, "Seed").value).toBe("418");
  tiles()[2]?.focus();
  await press("s");
  expect(widget.model.of("star")).toMatchObject([{ job_id: "oldest00", on: true }]);
  widget.model.ack(widget.model.of("star")[0]);
  await settle();
  expect(tiles()[2]?.querySelector(".videogen-star")).not.toBeNull();
  expect(names()[2]).toMatch(/, starred$/);
  await press("c");
  expect(tiles()[2]?.dataset["picked"]).toBe("true");
  expect(names()[2]).toMatch(/^A: Snow/);
});

test("what was removed can be put back for ten seconds", async () => {
  tiles()[0]?.focus();
  await press("Delete");
  widget.model.ack(widget.model.of("remove")[0]);
  await settle();
  await answer(rows.slice(1));
  expect(tiles()).toHaveLength(2);
  expect(document.activeElement).toBe(tiles()[0]); // the keys go on from where they were
  button(widget, "Undo").click();
  await settle();
  expect(widget.model.of("remove")[1]).toMatchObject({ job_id: "newest00", undo: true });
  widget.model.ack(widget.model.of("remove")[1]);
  await settle();
  await answer(rows);
  expect(tiles().map(({ dataset }) => dataset["job"])).toEqual(["newest00", "running0", "oldest00"]);
  tiles()[0]?.focus();
  await press("Delete");
  widget.model.ack(widget.model.of("remove")[2]);
  await settle(11_000);
  expect(text(widget.root)).not.toContain("Undo");
});

test("whoever has no keys picks, stars and removes with buttons", async () => {
  tiles()[2]?.click();
  await settle();
  await tell(jobs[2] as JobView);
  const tool = (name: string) => detail()?.querySelector<HTMLButtonElement>(`[aria-label='${name}']`);
  tool("Pick to compare")?.click();
  await settle();
  expect(tiles()[2]?.dataset["picked"]).toBe("true");
  tool("Pick to compare")?.click();
  tool("Star")?.click();
  widget.model.ack(widget.model.of("star")[0]);
  await settle();
  expect(tiles()[2]?.dataset["picked"]).toBe("false");
  expect(tool("Star")?.getAttribute("aria-pressed")).toBe("true");
  tool("Remove from the library")?.click();
  widget.model.ack(widget.model.of("remove")[0]);
  await settle();
  await answer(rows.slice(0, 2));
  expect(detail()).toBeNull();
  expect(tiles().map(({ dataset }) => dataset["job"])).toEqual(["newest00", "running0"]);
});

test("the newest job stays in the form's result, whatever is opened in the library", async () => {
  widget.model.set({ job: job({ id: "brandnew", state: "queued" }) });
  await settle();
  tiles()[2]?.click();
  await settle();
  await tell(jobs[2] as JobView);
  expect(line1(widget)).toBe("Waiting to start");
});

// ---- comparison -----------------------------------------------------------------------------------------------------

test("two picked clips stand side by side under one clock, and only one is heard", async () => {
  const click = (node: HTMLElement | undefined) =>
    node?.dispatchEvent(new MouseEvent("click", { bubbles: true, ctrlKey: true }));
  click(tiles()[0]);
  click(tiles()[1]); // it has no clip
  click(tiles()[2]);
  await settle();
  const [first, second] = widget.model.of("detail");
  widget.model.ack(first, { job: jobs[0] as JobView });
  widget.model.ack(second, { job: jobs[2] as JobView });
  await settle();
  button(widget, "Compare").click();
  await settle();
  const videos = [...widget.root.querySelectorAll<HTMLVideoElement>(".videogen-clip video")];
  expect(videos).toHaveLength(2);
  expect(videos.map(({ muted }) => muted)).toEqual([true, true]); // what plays by itself is silent
  widget.root.querySelector<HTMLButtonElement>("[aria-label='Sound from B']")?.click();
  await settle();
  expect(videos.map(({ muted }) => muted)).toEqual([true, false]);
  expect(text(widget.root.querySelector(".videogen-compare"))).toContain(
    "Same: prompt, 8 s, 1280×720, seed 418. Different: model.",
  );
  widget.root.querySelector<HTMLButtonElement>("[aria-label='Close the comparison']")?.click();
  await settle();
  expect(widget.root.querySelector("form")).not.toBeNull();
  expect(text(document.activeElement)).toContain("Compare"); // the focus is back where it came from
});

test("a comparison that was asked for in code is all there is", async () => {
  const other = ready({ id: "other000", request: { ...job().request, seed: 7 }, seed: 7 });
  const [view] = await renderWidget(new FakeModel({ compared: [ready(), other] }));
  expect(view.root.querySelectorAll(".videogen-clip")).toHaveLength(2);
  expect(text(view.root)).toContain("Same: prompt, wan-2.7, 8 s, 1280×720. Different: seed.");
  expect(view.root.querySelector("form, .videogen-history")).toBeNull();
});

test("the library alone has no form until somebody makes something of a clip", async () => {
  [widget] = await renderWidget(new FakeModel({ library: true }));
  await answer(rows);
  expect(names()).toHaveLength(3);
  expect(widget.root.querySelector("form, .videogen-result")).toBeNull();
  widget.model.set({ form });
  await settle();
  expect(widget.root.querySelector("form")).not.toBeNull();
  expect(tiles()).toHaveLength(3);
});

test("the price of a clip that nobody reported stays an estimate", async () => {
  const guessed = ready({ prompt: "A kite", cost: 0.3, cost_source: "estimated" });
  await changed();
  await answer([tile(guessed)]);
  expect(names()).toEqual(["A kite, ready, wan-2.7, 8 s, ≈ $0.30, Nov 14"]);
});
