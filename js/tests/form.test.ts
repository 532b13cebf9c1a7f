import { beforeEach, expect, test, vi } from "vitest";
import { type ModelView, settings } from "../src/kernel/protocol.gen";
import { empty, getLabel } from "../src/state/request-draft";
import {
  button,
  control,
  error,
  FakeModel,
  form,
  job,
  model,
  ready,
  renderWidget,
  START,
  settle,
  setUpTests,
  text,
  type,
  type Widget,
} from "./kit";

let widget: Widget;
const draw = async (fake: FakeModel) => {
  [widget] = await renderWidget(fake);
};
setUpTests();
beforeEach(async () => {
  await draw(new FakeModel({ form }));
});
const generate = async () => {
  button(widget, "Generate").click();
  await settle();
};
const prompt = () => control<HTMLTextAreaElement>(widget, "Prompt");
const errorOf = (node: HTMLElement) =>
  text(widget.root.querySelector(`#${node.getAttribute("aria-describedby")}`));
const busy = "Waiting for the running cell to end.";
const press = (node: Element, init: KeyboardEventInit) =>
  node.dispatchEvent(
    new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true, ...init }),
  );

test("one click sends one request with what the form shows", async () => {
  await generate();
  expect(widget.model.of("generate")).toEqual([
    {
      v: 1,
      type: "generate",
      request_id: expect.any(String),
      request: { ...empty, prompt: "A paper boat", model: "wan-2.7", duration: 8, size: "1280x720" },
      new: false,
      yes: false,
      aside: false,
    },
  ]);
});

test("a double click never sends twice", async () => {
  button(widget, "Generate").click();
  button(widget, "Generate").click();
  await settle(10_000);
  await generate();
  expect(widget.model.of("generate")).toHaveLength(1);
});

test("after its ack the next click is a new request", async () => {
  await generate();
  widget.model.ack(widget.model.of("generate")[0]);
  await generate();
  const ids = widget.model.of("generate").map(({ request_id }) => request_id);
  expect(new Set(ids).size).toBe(2);
});

test("a busy kernel is explained after three seconds and no longer than it lasts", async () => {
  await generate();
  expect(text(widget.root)).not.toContain(busy);
  await settle(3000);
  expect(text(widget.root)).toContain(busy);
  widget.model.ack(widget.model.of("generate")[0]);
  await settle();
  expect(text(widget.root)).not.toContain(busy);
});

test("an ack that nobody waits for changes nothing", async () => {
  await generate();
  widget.model.emit("msg:custom", {
    type: "ack",
    v: 1,
    request_id: "somebody else's",
    ok: true,
    now: 1,
    error: null,
  });
  widget.model.emit("msg:custom", null);
  await generate();
  expect(widget.model.of("generate")).toHaveLength(1);
});

test("a refused field is named at that field", async () => {
  await generate();
  const refused = error({ field: "size", message: "1280x720 isn't offered." });
  widget.model.ack(widget.model.of("generate")[0], { ok: false, error: refused });
  await settle();
  const size = control<HTMLSelectElement>(widget, "Size");
  expect([size.getAttribute("aria-invalid"), errorOf(size)]).toEqual([
    "true",
    "1280x720 isn't offered. Try again in a minute.",
  ]);
});

test("a refusal without a field is an alert under the button", async () => {
  await generate();
  widget.model.ack(widget.model.of("generate")[0], { ok: false, error: error() });
  await settle();
  expect(text(widget.root.querySelector(".videogen-form [role=alert]"))).toBe(
    "AIHubMix had a problem Try again in a minute.",
  );
});

test("a failed job marks the field it names until that field is edited", async () => {
  widget.model.set({
    job: job({ state: "failed", error: error({ field: "prompt", message: "Names a person." }) }),
  });
  await settle();
  expect(errorOf(prompt())).toBe("Names a person.");
  expect(text(button(widget, "Edit prompt"))).toBe("Edit prompt");
  await type(prompt(), "A tin soldier");
  expect(prompt().getAttribute("aria-invalid")).toBeNull();
});

test("an empty prompt is asked for and nothing is sent", async () => {
  await type(prompt(), "   ");
  await generate();
  expect([widget.model.of("generate").length, errorOf(prompt())]).toEqual([
    0,
    "The prompt is empty. Describe the video you want.",
  ]);
});

test("a seed that is no number is pointed out and nothing is sent", async () => {
  await type(control(widget, "Seed"), "4 1");
  await generate();
  expect(widget.model.of("generate")).toHaveLength(0);
  expect(errorOf(control(widget, "Seed"))).toContain("Seed must be a whole number");
});

test("what the kernel would refuse is refused before the click is sent, in the kernel's words", async () => {
  const takes = ["duration", "size", "fps", "seed"];
  const open = { ...model, takes, durations: [], sizes: [], longest: null, default_duration: null };
  widget.model.set({ form: { ...form, models: [open] } });
  await settle();
  const refused: [label: string, value: string, message: string][] = [
    ["Length", "0", "wan-2.7 can't make a 0-second clip. Supported lengths: 4 s or more. Nearest: 4."],
    ["Size", "big", '"big" is not a valid size. Write it as 1280x720.'],
    ["Frames per second", "121", "wan-2.7 makes 1 to 120 frames per second."],
    ["Seed", "-1", "The seed -1 is out of range. Use 0 to 4294967295."],
    ["Seed", "99999999999", "The seed 99999999999 is out of range. Use 0 to 4294967295."],
  ];
  for (const [label, value, message] of refused) {
    const box = control(widget, label);
    await type(box, value);
    await generate();
    expect([box.getAttribute("aria-invalid"), errorOf(box)]).toEqual(["true", message]);
    await type(box, "");
  }
  expect(widget.model.of("generate")).toEqual([]);
  await generate();
  expect(widget.model.of("generate")).toHaveLength(1);
});

test("a form of any model needs the name of one", async () => {
  const other = { ...model, id: "", title: "" };
  widget.model.set({ form: { ...form, models: [], other, start: { ...form.start, model: "" } } });
  await settle();
  await generate();
  expect(errorOf(control(widget, "Model"))).toBe("Choose a model.");
  expect(widget.model.of("generate")).toEqual([]);
});

test("where the list is complete, the model that is shown is the one that is sent", async () => {
  widget.model.set({ form: { ...form, start: { ...form.start, model: "gone" } } });
  await settle();
  expect(control(widget, "Model").value).toBe(model.title);
  await generate();
  expect(widget.model.of("generate")[0]?.request.model).toBe(model.id);
});

test("a value of another model is seen, and refused", async () => {
  const narrow = { ...wide, aspects: ["1:1"] };
  widget.model.set({ form: { ...form, models: [wide, { ...narrow, id: "square", title: "square" }] } });
  await settle();
  await type(control(widget, "Model"), "");
  const pick = async (label: string, value: string) => {
    const node = control<HTMLSelectElement>(widget, label);
    node.value = value;
    node.dispatchEvent(new Event("change", { bubbles: true }));
    await settle();
  };
  const choose = async (title: string) => {
    const box = control(widget, "Model");
    await type(box, title);
    press(box, {});
    await settle();
  };
  await choose("veo");
  await pick("Shape", "9:16");
  await choose("square");
  await generate();
  const shape = control<HTMLSelectElement>(widget, "Shape");
  expect([shape.value, errorOf(shape)]).toEqual([
    "9:16",
    "square doesn't support aspect 9:16. Supported: 1:1.",
  ]);
  await pick("Shape", "1:1");
  await generate();
  expect(widget.model.of("generate")[0]?.request).toMatchObject({ model: "square", aspect: "1:1" });
});

test("Mod+Enter generates, Enter and Shift+Enter do not", async () => {
  press(prompt(), {});
  press(prompt(), { shiftKey: true });
  press(control(widget, "Seed"), {});
  expect(widget.model.of("generate")).toHaveLength(0);
  press(prompt(), { ctrlKey: true });
  expect(widget.model.of("generate")).toHaveLength(1);
});

test("keys pressed inside do not reach the notebook", () => {
  const heard = vi.fn();
  document.addEventListener("keydown", heard);
  press(prompt(), { key: "x" });
  document.removeEventListener("keydown", heard);
  expect(heard).not.toHaveBeenCalled();
});

test("a form that is sent again does not overwrite what is being typed", async () => {
  await type(prompt(), "Waves at sun");
  widget.model.set({ form: { ...form } });
  await settle();
  expect(prompt().value).toBe("Waves at sun");
});

test("a failure keeps what was typed", async () => {
  await type(prompt(), "Waves at sunset");
  widget.model.set({ job: job({ state: "failed", error: error() }) });
  await settle();
  expect(prompt().value).toBe("Waves at sunset");
});

test("many lengths are a stepper within the model's limits", async () => {
  await draw(
    new FakeModel({ form: { ...form, models: [{ ...model, durations: [], shortest: 2, longest: 9 }] } }),
  );
  const length = control(widget, "Length");
  expect([length.type, length.min, length.max, length.value]).toEqual(["number", "2", "9", "8"]);
  await type(length, "11");
  await generate();
  expect([widget.model.of("generate").length, errorOf(length)]).toEqual([
    0,
    "wan-2.7 can't make a 11-second clip. Supported lengths: 2 to 9 s. Nearest: 9.",
  ]);
});

test("the character count appears only near the limit", async () => {
  expect(widget.root.querySelector(".videogen-count")).toBeNull();
  await type(prompt(), "a".repeat(30_000));
  expect(text(widget.root.querySelector(".videogen-count"))).toBe("30,000 / 32,000");
});

test("only one button is filled, and none while a job runs", async () => {
  const filled = () => [...widget.root.querySelectorAll(".is-primary")].map((node) => text(node));
  expect(filled()).toEqual(["Generate"]);
  widget.model.set({ job: job() });
  await settle();
  expect(filled()).toEqual([]);
  widget.model.set({ job: job({ state: "unknown_outcome" }) });
  await settle();
  expect(filled()).toEqual(["Look for it"]);
});

const wide = {
  ...model,
  id: "veo",
  takes: ["aspect", "resolution", "negative", "n", "sound", "seed"],
  aspects: ["16:9", "9:16"],
  most: 4,
};

test("a model that is gone is still named, and can't be chosen", async () => {
  widget.model.set({ form: { ...form, models: [model, wide], retired: ["sora-2"] } });
  await settle();
  const box = control<HTMLInputElement>(widget, "Model");
  box.click();
  await settle();
  const gone = widget.root.querySelector<HTMLElement>("[aria-label='No longer offered'] [role=option]");
  expect([text(gone), gone?.ariaDisabled ?? gone?.getAttribute("aria-disabled")]).toEqual(["sora-2", "true"]);
  gone?.click();
  await settle();
  expect(box.value).toBe(model.title);
  await type(box, "sora");
  expect(widget.root.querySelectorAll(".videogen-combobox [role=option]").length).toBe(1);
  box.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
  await settle();
  expect(box.value).toBe(model.title);
});

test("the form has what the model takes, and sends no more than that", async () => {
  const other = { ...model, id: "", title: "" };
  widget.model.set({
    form: { ...form, models: [wide, model], other, start: { ...form.start, model: "veo" } },
  });
  await settle();
  const pick = async (label: string, value: string) => {
    const node = control<HTMLSelectElement>(widget, label);
    node.value = value;
    node.dispatchEvent(new Event("change", { bubbles: true }));
    await settle();
  };
  await pick("Shape", "9:16");
  await pick("Sound", "no");
  await type(control(widget, "Avoid"), "text, blur");
  await type(control(widget, "Number of clips"), "9");
  await generate();
  expect(widget.model.of("generate")).toEqual([]);
  expect(errorOf(control(widget, "Number of clips"))).toBe("veo makes 1 to 4 clips at once.");
  await type(control(widget, "Number of clips"), "2");
  await type(control(widget, "Further fields (JSON)"), '{"style": "noir"}');
  await generate();
  const [sent] = widget.model.of("generate");
  expect(sent?.request).toMatchObject({ aspect: "9:16", sound: false, negative: "text, blur", n: 2 });
  expect([control(widget, "Length"), control(widget, "Size")]).toEqual([null, null]);
  expect(sent?.request).toMatchObject({ duration: null, size: null });
  expect(sent?.request.extra).toBe('{"style": "noir"}');
  widget.model.ack(sent);

  await type(control(widget, "Model"), "somebody/else");
  await generate();
  const request = widget.model.of("generate")[1]?.request;
  expect(request).toMatchObject({
    model: "somebody/else",
    aspect: null,
    negative: null,
    n: null,
    sound: null,
  });
  await type(control(widget, "Model"), "veo");
  expect(control(widget, "Avoid").value).toBe("text, blur");
});

test("every setting that a model takes has a control, and no other", async () => {
  const all = { ...wide, durations: [], takes: settings.map(({ name }) => name) };
  for (const takes of [all.takes, []]) {
    widget.model.set({
      form: { ...form, models: [{ ...all, takes }], start: { ...form.start, model: "veo" } },
    });
    await settle();
    const shown = settings.filter(({ name }) => control(widget, getLabel(name)) !== null);
    expect(shown.map(({ name }) => name).sort()).toEqual([...takes].sort());
  }
});

test("a budget's question is answered by a click of its own", async () => {
  await generate();
  const asked = error({
    code: "confirm",
    message: "This will cost about $6.40; your limit is $5.00.",
    sent: "no",
  });
  widget.model.ack(widget.model.of("generate")[0], { ok: false, error: asked });
  await settle();
  expect(text(widget.root.querySelector("form [role=alert]"))).toContain("This will cost about $6.40");
  button(widget, "Send").click();
  await settle();
  expect(widget.model.of("generate").map(({ yes }) => yes)).toEqual([false, true]);
});

test("a budget's question is about what was asked for, whatever the form holds by then", async () => {
  widget.model.set({ job: ready({ reused: true }) });
  await settle();
  button(widget, "Make a new one").click();
  await settle();
  widget.model.ack(widget.model.of("generate")[0], {
    ok: false,
    error: error({ code: "confirm", field: null }),
  });
  await type(prompt(), "A kite");
  button(widget, "Send").click();
  await settle();
  const [asked, sent] = widget.model.of("generate");
  expect(sent?.request).toEqual(asked?.request);
  expect([sent?.new, sent?.yes]).toEqual([true, true]);
  expect(sent?.request_id).not.toBe(asked?.request_id);
});

test("the button says what it will cost, where a price is known", async () => {
  const by_size = { "720x1280": 0.25 };
  const price = { per_clip: null, per_second: 0.1, by_size, rates: [], per_image: null };
  const priced = { ...model, price };
  widget.model.set({ form: { ...form, models: [priced] } });
  await settle();
  const size = control<HTMLSelectElement>(widget, "Size");
  expect(text(button(widget, "Generate"))).toBe("Generate · ≈ $0.80");
  size.value = "720x1280";
  size.dispatchEvent(new Event("change", { bubbles: true }));
  await settle();
  expect(text(button(widget, "Generate"))).toBe("Generate · ≈ $2.00");
});

test("a size that is made but not offered stays, and one that is not made falls back", async () => {
  const start = { ...form.start, size: "800x600" };
  const range = {
    shortest_side: 144,
    longest_side: 1920,
    multiple: 2,
    smallest: "256x144",
    largest: "1920x1080",
  };
  const sizes = async (size_range: ModelView["size_range"]) => {
    widget.model.set({ form: { ...form, models: [{ ...model, size_range }], start } });
    await settle();
    const size = control<HTMLSelectElement>(widget, "Size");
    return [size.value, [...size.options].map(({ value }) => value)];
  };
  expect(await sizes(range)).toEqual(["800x600", ["1280x720", "720x1280", "800x600"]]);
  expect(await sizes(null)).toEqual(["1280x720", ["1280x720", "720x1280"]]);
});

test("what a project's file asks for is read, and agreed to by a click", async () => {
  const asks = "lab: $LAB_API_KEY is sent to https://lab.example/v1, as /home/ana/videogen.toml says";
  const lab = { name: "lab", label: "lab", simulated: false, key: "", ready: false, asks };
  await draw(new FakeModel({ form: { ...form, provider: "lab", providers: [lab] } }));
  button(widget, "Trust lab").click();
  await settle();
  expect(text(widget.root.querySelector(".videogen-key-panel"))).toContain(asks);
  expect(widget.root.querySelector("input[type=password]")).toBeNull();
  button(widget, "Trust it").click();
  await settle();
  expect(widget.model.of("trust")).toEqual([
    { v: 1, type: "trust", request_id: expect.any(String), provider: "lab", asks },
  ]);
  expect(widget.model.of("connect")).toEqual([]);
});

const unconnected = {
  name: "aihubmix",
  label: "AIHubMix",
  simulated: false,
  key: "",
  ready: false,
  asks: "",
};

test("a key is tested, and what was found is read before anything is written", async () => {
  const fake = new FakeModel({ form: { ...form, providers: [unconnected] } });
  await draw(fake);
  button(widget, "Connect to AIHubMix").click();
  await settle();
  const box = control(widget, "AIHubMix API key");
  box.value = "sk-canary-1";
  const connect = button(widget, "Test and connect");
  connect.click();
  connect.click(); // an eager finger
  await settle();
  const [asked, ...others] = fake.of("connect");
  expect(others).toEqual([]);
  expect(asked).toMatchObject({ provider: "aihubmix", key: "sk-canary-1", keep: false });
  expect(text(widget.root.querySelector(".videogen-key-panel"))).toContain("Testing the key…");
  const refusal = error({
    code: "auth",
    message: "AIHubMix refused this key: No such key.",
    next: "Copy it again.",
  });
  fake.ack(asked, { ok: false, error: refusal });
  await settle();
  expect(text(widget.root.querySelector(".videogen-key-panel"))).toContain(
    "AIHubMix refused this key: No such key. Copy it again.",
  );
  expect(box.value).toBe("sk-canary-1");
  button(widget, "Test and connect").click();
  await settle();
  fake.ack(fake.of("connect")[1], { key: { verdict: "valid", text: "The key works." } });
  await settle();
  const found = widget.root.querySelector(".videogen-key-found");
  expect(text(found)).toBe("The key works.");
  expect(document.activeElement).toBe(found);
  expect(widget.root.querySelector("input[type=password]")).toBeNull();
  button(widget, "Choose a model").click();
  await settle();
  expect(widget.root.querySelector(".videogen-key-panel")).toBeNull();
  expect(widget.root.querySelector("[role=combobox]")?.getAttribute("aria-expanded")).toBe("true");
});

test("a keyring is offered only where there is one", async () => {
  await draw(new FakeModel({ form: { ...form, keyring: false, providers: [unconnected] } }));
  button(widget, "Connect to AIHubMix").click();
  await settle();
  expect(widget.root.querySelector(".videogen-key-panel input[type=checkbox]")).toBeNull();
});

test("each failure has the one button that mends it", async () => {
  const fails = async (code: string, charged: "no" | "unknown" = "no") => {
    const providers = [{ ...unconnected, ready: true }];
    const failed = job({
      state: "failed",
      provider: "aihubmix",
      error: error({ code, charged, field: null }),
    });
    await draw(new FakeModel({ form: { ...form, provider: "aihubmix", providers }, job: failed }));
    return text(widget.root.querySelector(".videogen-result .is-primary"));
  };
  expect(await fails("content_policy")).toBe("Edit prompt");
  expect(await fails("model_not_found")).toBe("Choose another model");
  expect(await fails("out_of_credit")).toBe("Use another provider");
  expect(await fails("rate_limited", "unknown")).toBe("");
  expect(await fails("auth")).toBe("Replace key");
  button(widget, "Replace key").click();
  await settle();
  expect(control(widget, "AIHubMix API key").type).toBe("password");
});

test("what the provider asked for is counted down, and then a click sends the request again", async () => {
  const busy = error({ code: "rate_limited", charged: "no", retry_after: 3 });
  const failed = job({ state: "failed", finished_at: START, error: busy });
  await draw(new FakeModel({ form, job: failed }));
  const again = () => widget.root.querySelector<HTMLButtonElement>(".videogen-result .is-primary");
  const words = () => text(again()?.querySelector(".videogen-counted"));
  expect(words()).toBe("Try again in 3 s");
  again()?.click();
  await settle(1600);
  expect(words()).toBe("Try again in 2 s");
  await settle(10_000);
  expect(widget.model.of("generate"), "nothing is sent by itself, nor too early").toEqual([]);
  expect([words(), again()?.getAttribute("aria-disabled")]).toEqual(["Try again", "false"]);
  again()?.click();
  await settle();
  expect(widget.model.of("generate")).toMatchObject([{ new: true, request: { prompt: "A paper boat" } }]);
});

test("credit is added on the provider's own page, where we know it", async () => {
  const fails = async (billing: string) => {
    const broke = error({ code: "out_of_credit", charged: "no", billing });
    await draw(new FakeModel({ form, job: job({ state: "failed", error: broke }) }));
    return widget.root.querySelector<HTMLElement>(".videogen-result .is-primary");
  };
  const link = await fails("https://console.aihubmix.com/topup");
  const facts = ["href", "target", "rel"].map((name) => link?.getAttribute(name));
  expect(facts).toEqual(["https://console.aihubmix.com/topup", "_blank", "noopener noreferrer"]);
  button(widget, "Try again").click();
  await settle();
  expect(widget.model.of("generate")).toMatchObject([{ new: true }]);
  for (const unsafe of ["", "http://example.com", "javascript:alert(1)"])
    expect(text(await fails(unsafe))).toBe("Use another provider");
});

test("a key that another provider refused is asked for, whichever the form goes to", async () => {
  const other = { ...unconnected, name: "qubax", label: "Qubax", ready: true };
  const failed = job({ state: "failed", provider: "qubax", error: error({ code: "auth", charged: "no" }) });
  await draw(new FakeModel({ form: { ...form, providers: [unconnected, other] }, job: failed }));
  button(widget, "Replace key").click();
  await settle();
  expect(control(widget, "Qubax API key").type).toBe("password");
});

test("a card's failure is mended by its button, too: the form opens with the job's request", async () => {
  const failed = job({ state: "failed", error: error({ code: "content_policy", charged: "no" }) });
  await draw(new FakeModel({ job: failed }));
  button(widget, "Edit prompt").click();
  await settle();
  widget.model.set({ form: { ...form, start: { ...form.start, prompt: "" } } });
  widget.model.ack(widget.model.of("edit").at(-1));
  await settle();
  expect(control<HTMLTextAreaElement>(widget, "Prompt").value).toBe("A paper boat");
  expect(document.activeElement).toBe(control(widget, "Prompt"));
});

test("a page for visitors offers no history, no provider and no code", async () => {
  const lab = { name: "aihubmix", label: "AIHubMix", simulated: false, key: "", ready: false, asks: "" };
  await draw(new FakeModel({ form: { ...form, guest: true, providers: [lab] } }));
  expect(widget.root.querySelector(".videogen-history-bar")).toBeNull();
  expect(widget.root.querySelector(".videogen-code")).toBeNull();
  expect(widget.model.of("history")).toEqual([]);
  expect(text(widget.root)).not.toContain("Connect to");
  await generate();
  expect(widget.model.of("generate")).toHaveLength(1);
});

test("a list without a hit has a way out", async () => {
  const box = control(widget, "Model");
  box.click();
  await type(box, "sora 3");
  expect([...widget.root.querySelectorAll(".videogen-combobox [role=option]")].map(text)).toEqual([
    "No model is called “sora 3”.",
    "Show all models",
  ]);
  press(box, {});
  await settle();
  expect(text(widget.root.querySelector(".videogen-combobox [role=option]"))).toContain("Wan 2.7");
});

test("where any name is taken, the provider can be asked for its list", async () => {
  const other = { ...model, id: "", title: "" };
  widget.model.set({ form: { ...form, other, listed: true } });
  await settle();
  await type(control(widget, "Model"), "somebody/else");
  const ways = [...widget.root.querySelectorAll<HTMLElement>(".videogen-combobox [role=option]")];
  expect(ways.map(text)).toEqual(["Show all models", "Load the list of models"]);
  ways[1]?.click();
  await settle();
  expect(widget.model.of("choose")).toMatchObject([{ refresh: true }]);
  expect(control(widget, "Model").value).toBe("somebody/else");
});

test("a length without a known end has no range", async () => {
  const open = { ...model, durations: [], longest: null, default_duration: null };
  widget.model.set({ form: { ...form, models: [open], start: { ...form.start, duration: null } } });
  await settle();
  await type(control(widget, "Length"), "");
  const length = control(widget, "Length");
  expect([
    length.placeholder,
    length.max,
    widget.root.querySelector(".videogen-stepper .videogen-hint"),
  ]).toEqual(["Auto", "", null]);
});

// ---- the inputs of a workflow ---------------------------------------------------------------------------------------

const inputs = [
  { name: "3.steps", label: "steps", node: "KSampler", kind: "number", value: "30" },
  { name: "3.scheduler", label: "scheduler", node: "KSampler", kind: "text", value: "simple" },
  { name: "50.tiled", label: "tiled", node: "VAE Decode", kind: "boolean", value: "no" },
] as const;
const drawWorkflow = (extra = "") =>
  draw(
    new FakeModel({
      form: {
        ...form,
        models: [{ ...model, inputs }],
        start: { ...form.start, extra },
      },
    }),
  );
const change = async (label: string, value: string) => {
  const node = control<HTMLInputElement>(widget, label);
  node.value = value;
  for (const event of ["input", "change", "blur"]) node.dispatchEvent(new Event(event, { bubbles: true }));
  await settle();
};
const sentExtra = async () => {
  await generate();
  return widget.model.of("generate").at(-1)?.request.extra;
};

test("a workflow's inputs stand below their nodes, with what they hold", async () => {
  await drawWorkflow();
  const nodes = [...widget.root.querySelectorAll(".videogen-workflow legend")].map(text);
  expect(nodes).toEqual(["KSampler", "VAE Decode"]);
  expect(inputs.map(({ label }) => control(widget, label).value)).toEqual(["30", "simple", "no"]);
  expect(await sentExtra()).toBe("");
});

test("what is changed is set, and nothing else; the workflow's own value is no change", async () => {
  await drawWorkflow();
  await change("steps", "8");
  await change("tiled", "yes");
  await change("scheduler", "beta");
  await change("scheduler", "simple");
  expect(await sentExtra()).toBe('{"3.steps":8,"50.tiled":true}');
  button(widget, "In the workflow: 30").click();
  await settle();
  expect(control(widget, "steps").value).toBe("30");
  expect(await sentExtra()).toBe('{"50.tiled":true}');
});

test("a number that is none leaves the workflow as it is", async () => {
  await drawWorkflow();
  await change("steps", "8");
  await change("steps", "many");
  expect(control(widget, "steps").value).toBe("30");
  expect(await sentExtra()).toBe("");
});

test("further fields that were given stay, and a text that can't be read is not overwritten", async () => {
  await drawWorkflow('{"3.steps": 4, "9.seed": 1}');
  expect(control(widget, "steps").value).toBe("4");
  await change("steps", "30");
  expect(await sentExtra()).toBe('{"9.seed":1}');
  await type(control(widget, "Further fields (JSON)"), '{"9.seed": ');
  const box = widget.root.querySelector<HTMLFieldSetElement>(".videogen-workflow");
  expect(box?.disabled).toBe(true);
});
