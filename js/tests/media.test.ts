import { beforeEach, expect, test, vi } from "vitest";
import {
  button,
  control,
  error,
  FakeModel,
  form,
  model,
  ready,
  renderWidget,
  settle,
  setUpTests,
  text,
  type Widget,
} from "./kit";

const able = { ...model, takes: [...model.takes, "image", "last_frame", "references", "audio"] };
let widget: Widget;
setUpTests();
beforeEach(async () => {
  Object.assign(URL, { createObjectURL: () => "blob:1", revokeObjectURL: vi.fn() });
  [widget] = await renderWidget(new FakeModel({ form: { ...form, models: [able, model] } }));
});
const tile = (label: string) =>
  [...widget.root.querySelectorAll("fieldset")].find((node) => text(node.querySelector("legend")) === label);
const picture = (bytes: number, name = "cat.png") =>
  new File([new Uint8Array(bytes)], name, { type: "image/png" });
const choose = async (label: string, ...files: File[]) => {
  const input = tile(label)?.querySelector<HTMLInputElement>("input[type=file]");
  Object.defineProperty(input, "files", { value: files, configurable: true });
  input?.dispatchEvent(new Event("change", { bubbles: true }));
  await settle();
};
const medium = (name = "cat.png") => ({
  source: "upload:abc",
  kind: "image" as const,
  name,
  width: 640,
  height: 360,
});

test("a model's tiles are those of what it takes", async () => {
  expect([...widget.root.querySelectorAll(".videogen-media-tile legend")].map(text)).toEqual([
    "Start image",
    "End image",
    "Reference images",
    "Audio",
  ]);
});

test("a file goes over in acknowledged pieces, and the request names what came of it", async () => {
  await choose("Start image", picture(1_200_000));
  const sizes: number[] = [];
  for (let turn = 0; turn < 3; turn += 1) {
    const asked = widget.model.of("upload").at(-1);
    expect(widget.model.of("upload")).toHaveLength(turn + 1);
    sizes.push(asked?.offset ?? -1);
    button(widget, "Generate").click();
    await settle();
    expect(text(tile("Start image"))).toContain("cat.png is still being uploaded to the kernel.");
    widget.model.ack(asked, turn === 2 ? { medium: medium() } : {});
    await settle();
  }
  expect(sizes).toEqual([0, 524_288, 1_048_576]);
  expect(widget.model.pieces.map((piece) => piece.byteLength)).toEqual([524_288, 524_288, 151_424]);
  expect(text(tile("Start image"))).toContain("640×360");
  button(widget, "Generate").click();
  await settle();
  expect(widget.model.of("generate")[0]?.request.image).toEqual(medium());
});

test("a piece whose ack is lost is sent again", async () => {
  await choose("Start image", picture(10));
  await settle(16_000);
  const [first, second] = widget.model.of("upload");
  expect(second).toMatchObject({ offset: 0, upload_id: first?.upload_id });
  expect(second?.request_id).not.toBe(first?.request_id);
});

test("a file that was taken out is not sent on, and its preview is given back", async () => {
  await choose("Start image", picture(1_200_000));
  tile("Start image")?.querySelector<HTMLButtonElement>("[aria-label='Remove cat.png']")?.click();
  await settle();
  widget.model.ack(widget.model.of("upload")[0]);
  await settle();
  expect(widget.model.of("upload")).toHaveLength(1);
  expect(URL.revokeObjectURL).toHaveBeenCalledWith("blob:1");
});

test("what is no picture, or what the kernel refuses, says so at its tile", async () => {
  await choose("Start image", new File(["words"], "cat.txt", { type: "text/plain" }));
  expect(text(tile("Start image"))).toContain("cat.txt is not an image.");
  await choose("End image", picture(10));
  const refused = {
    code: "bad",
    message: "cat.png is no image that providers take.",
    next: "",
    field: "last_frame",
  };
  widget.model.ack(widget.model.of("upload")[0], {
    ok: false,
    error: { ...refused, sent: "no", charged: "no", request_id: null, retry_after: null, billing: "" },
  });
  await settle();
  expect(text(tile("End image"))).toContain("cat.png is no image that providers take.");
});

test("links, paths and variables are named, not sent", async () => {
  for (const [typed, source] of [
    ["https://a.example/b/cat.png?x=1", "https://a.example/b/cat.png?x=1"],
    ["{fig}", "variable:fig"],
    ["pictures/cat.png", "file:pictures/cat.png"],
  ] as const) {
    tile("Start image")
      ?.querySelector<HTMLButtonElement>("[title='Use a link, a path or a variable']")
      ?.click();
    await settle();
    const box = tile("Start image")?.querySelector<HTMLInputElement>("input[type=text]") as HTMLInputElement;
    box.value = typed;
    box.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
    await settle();
    button(widget, "Generate").click();
    await settle();
    const sent = widget.model.of("generate").at(-1);
    expect(sent?.request.image?.source).toBe(source);
    widget.model.ack(sent);
    tile("Start image")?.querySelector<HTMLButtonElement>("[aria-label^='Remove']")?.click();
    await settle();
  }
});

test("a picture on the clipboard becomes the start image", async () => {
  const event = new Event("paste", { bubbles: true, cancelable: true });
  Object.defineProperty(event, "clipboardData", { value: { files: [picture(10, "shot.png")] } });
  control(widget, "Prompt").dispatchEvent(event);
  await settle();
  expect(widget.model.of("upload")).toMatchObject([{ field: "image", name: "shot.png" }]);
  expect(event.defaultPrevented).toBe(true);
});

test("a clip goes on from its last frame, with a model that takes one", async () => {
  widget.model.set({ job: ready() });
  await settle();
  button(widget, "Continue").click();
  await settle();
  expect(text(tile("Start image"))).toContain("last frame of “A paper boat”");
  const insertBelow = vi.fn((_: Element, _source: string) => true);
  Object.assign(globalThis, { [Symbol.for("jupyter-videogen.lab")]: { insertBelow } });
  button(widget, "Continue as a story").click();
  await settle();
  expect(insertBelow.mock.calls[0]?.[1]).toBe(
    'import jupyter_videogen as vg\n\nvg.story([vg.job("k3q7x2ma").clip, "A paper boat"], name="story-k3q7x2ma")',
  );
  Reflect.deleteProperty(globalThis, Symbol.for("jupyter-videogen.lab"));
  button(widget, "Generate").click();
  await settle();
  expect(widget.model.of("generate")[0]?.request.image?.source).toBe("clip:k3q7x2ma");
});

test("a picture is kept for a model that does not take one, and not sent", async () => {
  await choose("Start image", picture(10));
  widget.model.ack(widget.model.of("upload")[0], { medium: medium() });
  await settle();
  widget.model.set({ form: { ...form, start: { ...form.start } } });
  await settle();
  expect(text(widget.root)).toContain("Kept, but Wan 2.7 doesn't use it: Start image");
  button(widget, "Generate").click();
  await settle();
  expect(widget.model.of("generate")[0]?.request.image).toBeNull();
});

const dropped = async (target: Element | null, data: Partial<DataTransfer>) => {
  const event = new Event("drop", { bubbles: true, cancelable: true });
  const transfer = { types: ["Files"], files: [], getData: () => "", ...data };
  Object.defineProperty(event, "dataTransfer", { value: transfer });
  target?.dispatchEvent(event);
  await settle();
  return event.defaultPrevented;
};
const files = (...list: File[]) => ({ files: list as unknown as FileList });
const prompt = () => control<HTMLTextAreaElement>(widget, "Prompt");

test("a clip that is dropped on the form fills it with how it was made", async () => {
  const clip = new File([new Uint8Array(9)], "kite-abcdefgh.mp4", { type: "video/mp4" });
  expect(await dropped(prompt(), files(clip))).toBe(true);
  const [asked] = widget.model.of("recall");
  expect(asked).toMatchObject({ name: "kite-abcdefgh.mp4", receipt: "" });
  const request = { ...ready().request, prompt: "A kite", seed: 7 };
  widget.model.ack(asked, { recalled: { provider: form.provider, request, missing: ["image"] } });
  await settle();
  expect([prompt().value, control(widget, "Seed").value]).toEqual(["A kite", "7"]);
  expect(text(widget.root)).toContain(
    "Filled in from kite-abcdefgh.mp4. Not found on this machine: Start image.",
  );
});

test("a receipt goes along as text, and brings its own provider", async () => {
  const receipt = new File(['{"generator": "jupyter-videogen"}'], "kite.json", { type: "application/json" });
  await dropped(prompt(), files(picture(9), receipt));
  await settle();
  const [asked] = widget.model.of("recall");
  expect(asked).toMatchObject({ name: "kite.json", receipt: '{"generator": "jupyter-videogen"}' });
  const request = { ...ready().request, prompt: "A kite" };
  widget.model.ack(asked, { recalled: { provider: "qubax", request, missing: [] } });
  await settle();
  widget.model.set({ form: { ...form, provider: "qubax", start: { ...form.start, model: "" } } });
  widget.model.ack(widget.model.of("choose")[0]);
  await settle();
  expect(prompt().value).toBe("A kite");
});

test("a clip that nobody here knows is refused in words", async () => {
  await dropped(prompt(), files(new File([new Uint8Array(9)], "holiday.mp4", { type: "video/mp4" })));
  const unknown = error({ message: "Nobody here knows how holiday.mp4 was made.", field: null });
  widget.model.ack(widget.model.of("recall")[0], { ok: false, error: unknown });
  await settle();
  expect(text(widget.root.querySelector("form [role=alert]"))).toContain("Nobody here knows how holiday.mp4");
  expect(prompt().value).toBe(form.start.prompt);
});

test("a picture that misses its tile is the start image; a dragged text is the prompt's", async () => {
  await dropped(prompt(), files(picture(9)));
  expect(text(tile("Start image"))).toContain("cat.png");
  expect(await dropped(prompt(), { types: ["text/plain"] })).toBe(false);
});

const told = () => text(widget.root.querySelector("form [role=alert]"));
const named = (name: string, type: string) => new File([new Uint8Array(9)], name, { type });

test("a file that is not taken is told, wherever it was dropped", async () => {
  await dropped(prompt(), files(named("notes.txt", "text/plain")));
  expect(told()).toBe("notes.txt was not added: Wan 2.7 takes no such file.");
  await dropped(prompt(), files(named("film.webm", "video/webm")));
  expect(told()).toBe("film.webm was not added: Wan 2.7 takes no such file.");
  await dropped(prompt(), files(named("rain.mp3", "audio/mpeg")));
  expect([told(), text(tile("Audio")).includes("rain.mp3")]).toEqual(["", true]);
  await dropped(tile("End image")?.querySelector("button") ?? null, files(named("a.heic", "")));
  expect(text(tile("End image"))).toContain("a.heic is not an image.");
});

test("a tile for one file says which of several it took; references take all", async () => {
  await dropped(
    tile("Start image")?.querySelector("button") ?? null,
    files(picture(9, "a.png"), picture(9, "b.png")),
  );
  expect(told()).toBe("Start image takes one file: only a.png was added.");
  await dropped(
    tile("Reference images")?.querySelector("button") ?? null,
    files(picture(9, "a.png"), picture(9, "b.png")),
  );
  expect([told(), text(tile("Reference images")).match(/[ab]\.png/g)]).toEqual(["", ["a.png", "b.png"]]);
});

test("a picture that is pasted where none is taken is told", async () => {
  widget.model.set({ form: { ...form, models: [model], start: { ...form.start } } });
  await settle();
  const event = new Event("paste", { bubbles: true, cancelable: true });
  Object.defineProperty(event, "clipboardData", { value: { files: [picture(10, "shot.png")] } });
  prompt().dispatchEvent(event);
  await settle();
  expect(told()).toBe("shot.png was not added: Wan 2.7 takes no such file.");
});

test("a clip of the history is a last frame in a picture's tile, and nothing in that of a sound", async () => {
  widget.model.set({ job: ready() });
  await settle();
  const dragged = {
    types: ["application/x-videogen-job"],
    getData: (kind: string) => (kind.includes("job") ? ready().id : ""),
  };
  await dropped(tile("Audio")?.querySelector("button") ?? null, dragged as never);
  expect(told()).toBe("A paper boat is not an audio file.");
  await dropped(tile("End image")?.querySelector("button") ?? null, dragged as never);
  expect([told(), text(tile("End image"))]).toEqual([
    "",
    expect.stringContaining("last frame of “A paper boat”"),
  ]);
});

test("the tiles are one stop of Tab", async () => {
  const buttons = [...widget.root.querySelectorAll<HTMLButtonElement>(".videogen-media-tiles button")];
  expect(buttons.length).toBe(8);
  expect(buttons.map(({ tabIndex }) => tabIndex)).toEqual([0, ...Array(7).fill(-1)]);
});
