import { afterEach, expect, test, vi } from "vitest";
import {
  button,
  control,
  FakeModel,
  form,
  job,
  ready,
  renderWidget,
  settle,
  setUpTests,
  text,
  type,
  type Widget,
} from "./kit";

setUpTests();
let widget: Widget;
const HOST = Symbol.for("jupyter-videogen.lab");
afterEach(() => {
  Reflect.deleteProperty(globalThis, HOST);
});
const draw = async (state: ConstructorParameters<typeof FakeModel>[0]) => {
  [widget] = await renderWidget(new FakeModel(state));
};
const prompt = () => control<HTMLTextAreaElement>(widget, "Prompt");
const about = () => text(widget.root.querySelector(".videogen-about"));
const unknown = {
  prompt: "A cat",
  simulated: true,
  warnings: ['No scene for "cat": drew silk.'],
  suggestions: ["Waves at sunset", "Snow"],
};
const written: string[] = [];
const giveClipboard = () => {
  written.length = 0;
  const writeText = async (value: string) => void written.push(value);
  Object.defineProperty(navigator, "clipboard", { value: { writeText }, configurable: true });
};

test("the result says its prompt and its settings while another prompt is written", async () => {
  await draw({ form, job: job() });
  await type(prompt(), "A kite");
  expect(about()).toContain("A paper boat");
  expect([...widget.root.querySelectorAll(".videogen-facts button")].map((one) => text(one))).toEqual([
    "wan-2.7",
    "8 s",
    "1280×720",
    "seed 418",
  ]);
});

test("its prompt goes into the form, and what was typed comes back", async () => {
  await draw({ form, job: job() });
  await type(prompt(), "A kite");
  button(widget, "Use this prompt").click();
  await settle();
  expect([prompt().value, document.activeElement === prompt()]).toEqual(["A paper boat", true]);
  button(widget, "Undo").click();
  await settle();
  expect(prompt().value).toBe("A kite");
  button(widget, "Use this prompt").click();
  await settle();
  await type(prompt(), "A paper boat at sea");
  expect(text(widget.root)).not.toContain("Undo");
});

test("nothing is undone where nothing was lost", async () => {
  await draw({ form: { ...form, start: { ...form.start, prompt: "" } }, job: job() });
  button(widget, "Use this prompt").click();
  await settle();
  expect([prompt().value, text(widget.root).includes("Undo")]).toEqual(["A paper boat", false]);
});

test("a remix keeps what was typed within reach", async () => {
  await draw({ form, job: ready() });
  await type(prompt(), "A kite");
  button(widget, "Remix").click();
  await settle();
  button(widget, "Undo").click();
  await settle();
  expect(prompt().value).toBe("A kite");
});

test("a prompt to try fills the form", async () => {
  await draw({ form, job: ready(unknown) });
  expect(about()).toContain('No scene for "cat": drew silk.');
  button(widget, "Waves at sunset").click();
  await settle();
  expect(prompt().value).toBe("Waves at sunset");
  expect(widget.model.of("generate")).toEqual([]);
});

test("in a card it is a cell below, and where there is no such host, a copy", async () => {
  const cells: string[] = [];
  Reflect.set(globalThis, HOST, { insertBelow: (_: Element, source: string) => cells.push(source) > 0 });
  await draw({ job: ready(unknown) });
  const choose = async () => {
    button(widget, "Snow").click();
    await settle();
    const asked = widget.model.of("code").at(-1);
    expect(asked?.request).toMatchObject({ prompt: "Snow", seed: null, duration: 8 });
    widget.model.ack(asked, { text: "%%videogen\nSnow" });
    await settle();
  };
  await choose();
  expect(cells).toEqual(["%%videogen\nSnow"]);
  Reflect.deleteProperty(globalThis, HOST);
  giveClipboard();
  await choose();
  expect([cells.length, written]).toEqual([1, ["%%videogen\nSnow"]]);
});

test("a cell is put below where the host can; the button is not there where it can't", async () => {
  await draw({ job: ready() });
  expect(text(widget.root)).not.toContain("Insert cell");
  const insertBelow = vi.fn(() => true);
  Reflect.set(globalThis, HOST, { insertBelow });
  await draw({ job: ready() });
  const insert = button(widget, "Insert cell");
  insert.click();
  await settle();
  widget.model.ack(widget.model.of("code")[0], { text: "%%videogen\nA paper boat" });
  await settle();
  expect(insertBelow).toHaveBeenCalledWith(insert, "%%videogen\nA paper boat");
});

test("a region is named by what it shows", async () => {
  const name = () => widget.root.ariaLabel ?? widget.root.getAttribute("aria-label");
  await draw({ form });
  expect(name()).toBe("Video form");
  widget.model.set({ job: job() });
  await settle();
  expect(name()).toBe("A paper boat, running");
  await draw({ compared: [ready(), ready({ id: "other000" })] });
  expect(name()).toBe("Comparison of 2 clips");
});
