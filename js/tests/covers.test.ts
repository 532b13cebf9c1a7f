import { beforeEach, expect, test } from "vitest";
import { groupModels, sortModels } from "../src/covers/model-facts";
import type { ModelView, TileView } from "../src/kernel/protocol.gen";
import { empty } from "../src/state/request-draft";
import {
  button,
  clip,
  control,
  error,
  FakeModel,
  form,
  model,
  page,
  ready,
  renderWidget,
  START,
  settle,
  setUpTests,
  text,
  tile,
  type,
  type Widget,
} from "./kit";

const price = { per_clip: null, per_second: 0.1, by_size: {}, rates: [], per_image: null };
const wan = { ...model, price, takes: [...model.takes, "image", "last_frame"], usual: 70, runs: 12 };
const kling = { ...model, id: "kling-o3", title: "Kling O3", price: { ...price, per_second: 0.05 } };
const open: ModelView = {
  ...model,
  id: "open-1",
  title: "open-1",
  durations: [],
  longest: null,
  sizes: [],
};
const probe = { ...model, id: "test/refused", title: "Test: refused" };
const full = { ...form, models: [wan, kling, open, probe], retired: ["sora-2"], listed_at: START };
let widget: Widget;
setUpTests();
beforeEach(async () => {
  [widget] = await renderWidget(new FakeModel({ form: full }));
});
const cover = () => widget.root.querySelector<HTMLElement>(".videogen-cover");
const rows = () =>
  [...(cover()?.querySelectorAll("fieldset") ?? [])].map((group) => [
    text(group.querySelector("legend")),
    ...[...group.querySelectorAll("b > bdi")].map(text),
  ]);
const see = async () => {
  control(widget, "Model").click();
  await settle();
  widget.root.querySelector<HTMLElement>(".videogen-see-all")?.click();
  await settle();
};
const pick = async (value: string) => {
  cover()?.querySelector<HTMLInputElement>(`[value="${value}"]`)?.click();
  await settle();
};

test("all models are there, grouped by what they take; retired ones last, those for tests not at all", async () => {
  await see();
  expect(rows()).toEqual([
    ["Text", "Kling O3", "open-1"],
    ["Text, start image, end image", "Wan 2.7"],
    ["No longer offered", "sora-2"],
  ]);
  expect(document.activeElement).toBe(cover()?.querySelector(".videogen-key-found"));
  const facts = (id: string) => text(cover()?.querySelector(`label:has([value="${id}"])`));
  expect(facts("wan-2.7")).toContain("4, 8, 12 s");
  expect(facts("wan-2.7")).toContain("usually about 1 min 10 s (12 runs)");
  expect(facts("wan-2.7")).toContain("$0.10/s");
  expect(facts("open-1").match(/not published/g)).toHaveLength(3);
});

test("a model is found by its name or by what it takes, and a click uses it", async () => {
  await see();
  const search = cover()?.querySelector<HTMLInputElement>("input[type=search]") as HTMLInputElement;
  await type(search, "kling");
  expect(rows()).toEqual([["Text", "Kling O3"]]);
  await type(search, "");
  button(widget, "end image").click();
  await settle();
  expect(rows()[0]).toEqual(["Text, start image, end image", "Wan 2.7"]);
  button(widget, "end image").click();
  await settle();
  await pick("kling-o3");
  button(widget, "Use Kling O3 · ≈ $0.40").click();
  await settle();
  expect(cover()).toBeNull();
  expect(control(widget, "Model").value).toBe("Kling O3");
  expect(document.activeElement).toBe(control(widget, "Prompt"));
});

test("without a hit it says so, and Escape leads back to the box", async () => {
  await see();
  await type(cover()?.querySelector("input[type=search]") as HTMLInputElement, "veo");
  expect(text(cover())).toContain("No model is called “veo”.");
  cover()?.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true, cancelable: true }));
  await settle();
  expect(cover()).toBeNull();
  expect(document.activeElement).toBe(control(widget, "Model"));
});

test("models for tests are offered where the form is for them, or one is typed", async () => {
  await type(control(widget, "Model"), "test/");
  const options = () => [...widget.root.querySelectorAll(".videogen-combobox [role=option] b")].map(text);
  expect(options()).toEqual(["Test: refused"]);
  await type(control(widget, "Model"), "refused");
  expect(options()).toEqual([]);
  widget.model.set({ form: { ...full, tests: true } });
  await settle();
  await type(control(widget, "Model"), "refused");
  expect(options()).toEqual(["Test: refused"]);
});

test("by the keyboard the list of all is the last option, and Enter on a typed name only takes the name", async () => {
  const box = control(widget, "Model");
  const key = async (name: string) => {
    box.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true }));
    await settle();
  };
  box.click();
  await settle();
  await key("ArrowUp");
  expect(box.getAttribute("aria-activedescendant")).toMatch(/-models-3$/);
  await key("Enter");
  expect(cover()).not.toBeNull();
  widget.root.querySelector<HTMLElement>(".videogen-cover [aria-label=Back]")?.click();
  await settle();
  widget.model.set({ form: { ...full, other: { ...model, id: "", title: "" } } });
  await settle();
  await type(box, "somebody/else");
  expect(box.getAttribute("aria-activedescendant")).toBeNull();
  await key("Enter");
  expect([cover(), box.value]).toEqual([null, "somebody/else"]);
});

test("unknown prices and times come last, and every model is in one group", () => {
  const names = (models: readonly ModelView[]) => models.map(({ id }) => id);
  expect(names(sortModels([open, wan, kling], "price", empty))).toEqual(["kling-o3", "wan-2.7", "open-1"]);
  expect(names(sortModels([open, kling, wan], "time", empty))).toEqual(["wan-2.7", "open-1", "kling-o3"]);
  expect(names(sortModels([wan, open, kling], "name", empty))).toEqual(["kling-o3", "open-1", "wan-2.7"]);
  expect(groupModels([wan, open, kling]).map(({ models }) => models.length)).toEqual([2, 1]);
});

const qubax = { name: "qubax", label: "Qubax", simulated: false, key: "", ready: false, asks: "" };
test("a key that works brings the models of its provider", async () => {
  widget.model.set({ form: { ...full, providers: [qubax] } });
  await settle();
  const select = control<HTMLSelectElement>(widget, "Provider");
  select.value = "qubax";
  select.dispatchEvent(new Event("change", { bubbles: true }));
  await settle();
  await type(control(widget, "Qubax API key"), "sk-canary");
  button(widget, "Test and connect").click();
  await settle();
  widget.model.set({ form: { ...full, provider: "qubax", provider_label: "Qubax", providers: [qubax] } });
  widget.model.ack(widget.model.of("connect").at(-1), { key: { verdict: "valid", text: "The key works." } });
  await settle();
  expect(text(cover()?.querySelector(".videogen-key-found"))).toBe("The key works.");
  expect(rows()).toHaveLength(3);
  expect(widget.root.querySelector("input[type=password]")).toBeNull();
});

const server = { title: "SGLang", address: "http://127.0.0.1:30000", words: "found", cell: "" };
const look = async () => {
  widget.model.set({ form: { ...full, providers: [qubax] } });
  await settle();
  widget.root.querySelector<HTMLElement>("[aria-label='Find local servers']")?.click();
  await settle();
};

test("local servers are looked for when somebody asks, and used by a click", async () => {
  await look();
  expect(widget.model.of("servers")).toHaveLength(1);
  const servers = [
    { ...server, provider: "sglang", model: "wan-2.7" },
    { ...server, title: "LiteLLM", address: "x", provider: "", model: "", cell: "%%videogen -p openai" },
  ];
  widget.model.ack(widget.model.of("servers").at(-1), { servers });
  await settle();
  expect(text(cover()?.querySelector("code"))).toBe("%%videogen -p openai");
  button(widget, "Use SGLang").click();
  await settle();
  expect(widget.model.of("choose")).toMatchObject([{ provider: "sglang", refresh: true }]);
  widget.model.ack(widget.model.of("choose").at(-1));
  await settle();
  expect(cover()).toBeNull();
});

test("where there is none, or others share the machine, that is said", async () => {
  await look();
  widget.model.ack(widget.model.of("servers").at(-1), { servers: [] });
  await settle();
  expect(text(cover())).toContain("No server answers at this machine's usual ports.");
  button(widget, "Look again").click();
  await settle();
  widget.model.ack(widget.model.of("servers").at(-1), {
    ok: false,
    error: error({ message: "Others share this machine, and its servers may be theirs.", next: "" }),
  });
  await settle();
  expect(text(cover())).toContain("Others share this machine");
  widget.model.set({ form: { ...full, shared: true, providers: [qubax] } });
  await settle();
  expect(widget.root.querySelector("[aria-label='Find local servers']")).toBeNull();
});

const boat = ready({ id: "boat0000", clip, clips: [clip] });
const others: readonly TileView[] = [
  tile(boat),
  tile(ready({ id: "kite0000", prompt: "A kite" })),
  tile(ready({ id: "boat0001", seed: 7 })),
  tile(ready({ id: "gone0000" }), true),
];
const compare = async (tiles: readonly TileView[]) => {
  [widget] = await renderWidget(new FakeModel({ job: boat }));
  widget.root.querySelector<HTMLElement>(".videogen-job-actions [aria-label=Compare]")?.click();
  await settle();
  widget.model.ack(widget.model.of("history").at(-1), { page: page(tiles) });
  await settle();
};

test("a card's clip is compared with others of the notebook, those of its prompt first", async () => {
  await compare(others);
  expect(widget.model.of("history")).toMatchObject([{ scope: "notebook", stages: ["ready"] }]);
  const choices = [...(cover()?.querySelectorAll<HTMLInputElement>("input[type=checkbox]") ?? [])];
  expect([...(cover()?.querySelectorAll(".videogen-choice-words > bdi") ?? [])].map(text)).toEqual([
    "A paper boat",
    "A kite",
  ]);
  expect(choices.map(({ checked }) => checked)).toEqual([true, false]);
  choices[1]?.click();
  await settle();
  button(widget, "Compare 3 clips").click();
  await settle();
  for (const asked of widget.model.of("detail"))
    widget.model.ack(asked, { job: ready({ id: asked.job_id, prompt: "A kite" }) });
  await settle();
  expect(widget.root.querySelectorAll(".videogen-clip")).toHaveLength(3);
  widget.root.querySelector<HTMLElement>("[aria-label='Close the comparison']")?.click();
  await settle();
  expect(widget.root.querySelectorAll(".videogen-clip")).toHaveLength(0);
  expect(widget.root.querySelector(".videogen-result video")).not.toBeNull();
});

test("where there is no other clip, that is said, and there is a way back", async () => {
  await compare([tile(boat)]);
  expect(text(cover())).toContain("This notebook has no other finished clip yet.");
  const go = cover()?.querySelector<HTMLButtonElement>(".is-primary");
  expect([text(go), go?.disabled]).toEqual(["Compare", true]);
  widget.root.querySelector<HTMLElement>(".videogen-cover [aria-label=Back]")?.click();
  await settle();
  expect(cover()).toBeNull();
});
