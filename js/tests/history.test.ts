import { beforeEach, expect, test } from "vitest";
import type { JobView } from "../src/kernel/protocol.gen";
import {
  button,
  control,
  FakeModel,
  form,
  job,
  line1,
  ready,
  renderWidget,
  START,
  settle,
  setUpTests,
  text,
  type Widget,
} from "./kit";

const rows = [
  ready({ id: "newest00", prompt: "Waves", created_at: START }),
  job({ id: "failed00", state: "failed", prompt: "A storm", created_at: START - 10 }),
  ready({ id: "oldest00", prompt: "Snow", created_at: START - 20, model: "kling" }),
];
let widget: Widget;
const answer = async (jobs: readonly JobView[], more = false) => {
  widget.model.ack(widget.model.of("history").at(-1), { page: { jobs, more } });
  await settle();
};
const tiles = () => [...widget.root.querySelectorAll<HTMLElement>("[role=option].videogen-tile")];
const press = async (key: string) => {
  const node = document.activeElement ?? widget.root;
  node.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  await settle();
};
setUpTests();
beforeEach(async () => {
  [widget] = await renderWidget(new FakeModel({ form }));
  await answer(rows);
});

test("the history asks once for this notebook's newest jobs and shows each with its state", () => {
  expect(widget.model.of("history")).toMatchObject([
    { scope: "notebook", search: "", starred: false, before: null },
  ]);
  expect(tiles().map((node) => node.getAttribute("aria-label")?.replaceAll("\u00a0", " "))).toEqual([
    "Waves, 8 s, ready, Nov 14, wan-2.7",
    "A storm, 8 s, failed, Nov 14, wan-2.7",
    "Snow, 8 s, ready, Nov 14, kling",
  ]);
});

test("a card has no history and asks for none", async () => {
  const [card] = await renderWidget(new FakeModel({ job: job() }));
  expect(card.model.of("history")).toEqual([]);
});

test("a job of the history is looked at in place of the newest, until a new one is made", async () => {
  tiles()[2]?.click();
  await settle();
  expect(text(widget.root.querySelector(".videogen-facts"))).toContain("kling");
  widget.model.set({ job: job({ id: "brandnew", state: "queued" }) });
  await settle();
  expect(line1(widget)).toBe("Waiting to start");
});

test("a job that still runs is watched when it is opened", async () => {
  await answer([job({ id: "running0" }), ...rows]);
  widget.model.set({ job: ready({ id: "newest00" }) });
  await settle();
  await answer([job({ id: "running0" }), ...rows]);
  tiles()[0]?.click();
  await settle();
  expect(widget.model.of("watch")).toMatchObject([{ job_id: "running0" }]);
});

test("typing asks once the typing pauses, and a star narrows", async () => {
  const box = widget.root.querySelector<HTMLInputElement>("input[type=search]") as HTMLInputElement;
  for (const value of ["s", "sn", "sno"]) {
    box.value = value;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    await settle(50);
  }
  await settle(400);
  button(widget, "Starred").click();
  await settle();
  expect(widget.model.of("history").slice(1)).toMatchObject([
    { search: "sno", starred: false },
    { search: "sno", starred: true },
  ]);
  await answer([]);
  expect(text(widget.root)).toContain("Nothing found.");
});

test("an answer to an older question does not overwrite a newer one", async () => {
  const [, first, second] = [
    widget.model.of("history"),
    ...(await Promise.all(
      ["project", "all"].map(async (scope) => {
        const node = widget.root.querySelector<HTMLSelectElement>("select[aria-label='Which jobs']");
        if (node) node.value = scope;
        node?.dispatchEvent(new Event("change", { bubbles: true }));
        await settle();
        return widget.model.of("history").at(-1);
      }),
    )),
  ];
  widget.model.ack(second, { page: { jobs: [rows[2] as JobView], more: false } });
  widget.model.ack(first, { page: { jobs: rows, more: false } });
  await settle();
  expect(tiles()).toHaveLength(1);
});

test("older jobs are asked for by the last one's time, and put behind", async () => {
  widget.model.set({ job: ready({ id: "newest00", created_at: START }) });
  await settle();
  await answer(rows, true);
  button(widget, "Older").click();
  await settle();
  expect(widget.model.of("history").at(-1)).toMatchObject({ before: START - 20 });
  await answer([ready({ id: "ancient0", created_at: START - 30 })]);
  expect(tiles()).toHaveLength(4);
});

test("jobs of other cells are followed while they run, and looked for when somebody comes near", async () => {
  await answer([job({ id: "another0", prompt: "Rain" }), ...rows]);
  widget.model.set({ job: ready({ id: "newest00" }) });
  await settle();
  await answer([job({ id: "another0", prompt: "Rain" }), ...rows]);
  const asked = widget.model.of("history").length;
  await settle(4100);
  expect(widget.model.of("history")).toHaveLength(asked + 1);
  await answer([ready({ id: "another0", prompt: "Rain" }), ...rows]);
  await settle(9000);
  expect(widget.model.of("history")).toHaveLength(asked + 1);
  widget.root.querySelector(".videogen-history")?.dispatchEvent(new Event("pointerenter"));
  await settle();
  expect(widget.model.of("history")).toHaveLength(asked + 2);
  widget.root.querySelector(".videogen-history")?.dispatchEvent(new Event("pointerenter"));
  await settle();
  expect(widget.model.of("history")).toHaveLength(asked + 2); // a busy kernel is not asked again and again
});

test("one tile is in the order of tabs, and the arrow keys walk", async () => {
  expect(tiles().map(({ tabIndex }) => tabIndex)).toEqual([0, -1, -1]);
  tiles()[0]?.focus();
  await press("ArrowRight");
  await press("ArrowRight");
  await press("ArrowRight");
  expect(document.activeElement).toBe(tiles()[2]);
  expect(tiles().map(({ tabIndex }) => tabIndex)).toEqual([-1, -1, 0]);
  await press("Home");
  expect(document.activeElement).toBe(tiles()[0]);
});

test("letters do what the buttons do: recall, remix, star, pick", async () => {
  tiles()[2]?.focus();
  await press("a");
  expect(control<HTMLTextAreaElement>(widget, "Prompt").value).toBe("A paper boat");
  expect(control(widget, "Seed").value).toBe("418");
  await press("r");
  expect(control(widget, "Seed").value).toBe("");
  await press("s");
  expect(widget.model.of("star")).toMatchObject([{ job_id: "oldest00", on: true }]);
  widget.model.ack(widget.model.of("star")[0]);
  await settle();
  expect(tiles()[2]?.querySelector(".videogen-star")).not.toBeNull();
  await press("c");
  expect(tiles()[2]?.getAttribute("aria-selected")).toBe("true");
});

test("what was removed can be put back for ten seconds", async () => {
  tiles()[0]?.focus();
  await press("Delete");
  widget.model.ack(widget.model.of("remove")[0]);
  await settle();
  expect(tiles()).toHaveLength(2);
  expect(document.activeElement).toBe(tiles()[0]); // the keys go on from where they were
  button(widget, "Undo").click();
  await settle();
  expect(widget.model.of("remove")[1]).toMatchObject({ job_id: "newest00", undo: true });
  widget.model.ack(widget.model.of("remove")[1]);
  await settle();
  expect(tiles().map(({ dataset }) => dataset["job"])).toEqual(["newest00", "failed00", "oldest00"]);
  tiles()[0]?.focus();
  await press("Delete");
  widget.model.ack(widget.model.of("remove")[2]);
  await settle(11_000);
  expect(text(widget.root)).not.toContain("Undo");
});

test("whoever has no keys picks, stars and removes with the buttons below the clip", async () => {
  const tool = (name: string) =>
    widget.root.querySelector<HTMLButtonElement>(`.videogen-job-actions [aria-label='${name}']`);
  tiles()[2]?.click();
  await settle();
  tool("Pick to compare")?.click();
  await settle();
  expect(tiles()[2]?.getAttribute("aria-selected")).toBe("true");
  tool("Pick to compare")?.click();
  tool("Star")?.click();
  widget.model.ack(widget.model.of("star")[0]);
  await settle();
  expect(tiles()[2]?.getAttribute("aria-selected")).toBe("false");
  expect(tool("Star")?.getAttribute("aria-pressed")).toBe("true");
  tool("Remove from the history")?.click();
  widget.model.ack(widget.model.of("remove")[0]);
  await settle();
  expect(tiles().map(({ dataset }) => dataset["job"])).toEqual(["newest00", "failed00"]);
});

test("two picked clips stand side by side under one clock, and only one is heard", async () => {
  const click = (node: HTMLElement | undefined) =>
    node?.dispatchEvent(new MouseEvent("click", { bubbles: true, ctrlKey: true }));
  click(tiles()[0]);
  click(tiles()[1]); // it has no clip
  click(tiles()[2]);
  await settle();
  button(widget, "Compare").click();
  await settle();
  const videos = [...widget.root.querySelectorAll<HTMLVideoElement>(".videogen-clip video")];
  expect(videos).toHaveLength(2);
  expect(videos.map(({ muted }) => muted)).toEqual([false, true]);
  widget.root.querySelector<HTMLButtonElement>("[aria-label='Sound from B']")?.click();
  await settle();
  expect(videos.map(({ muted }) => muted)).toEqual([true, false]);
  expect(text(widget.root.querySelector(".videogen-compare"))).toContain("Same settings.");
  widget.root.querySelector<HTMLButtonElement>("[aria-label='Close the comparison']")?.click();
  await settle();
  expect(widget.root.querySelector("form")).not.toBeNull();
});

test("a comparison that was asked for in code is all there is", async () => {
  const other = ready({ id: "other000", request: { ...job().request, seed: 7 }, seed: 7 });
  const [view] = await renderWidget(new FakeModel({ compared: [ready(), other] }));
  expect(view.root.querySelectorAll(".videogen-clip")).toHaveLength(2);
  expect(text(view.root)).toContain("Differences: seed");
  expect(view.root.querySelector("form, .videogen-history")).toBeNull();
});
