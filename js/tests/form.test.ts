import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { empty } from "../src/state/request-draft";
import {
  button,
  control,
  error,
  FakeModel,
  form,
  job,
  model,
  type Shown,
  START,
  settle,
  show,
  text,
  type,
} from "./kit";

let shown: Shown;
const draw = async (fake: FakeModel) => {
  [shown] = await show(fake);
};
beforeEach(async () => {
  vi.useFakeTimers();
  vi.setSystemTime(START * 1000);
  await draw(new FakeModel({ form }));
});
afterEach(() => {
  shown.end();
  vi.useRealTimers();
});
const generate = async () => {
  button(shown, "Generate").click();
  await settle();
};
const prompt = () => control<HTMLTextAreaElement>(shown, "Prompt");
const flawOf = (node: HTMLElement) =>
  text(shown.root.querySelector(`#${node.getAttribute("aria-describedby")}`));
const busy = "The kernel is busy; this will happen when the running cell ends.";
const press = (node: Element, init: KeyboardEventInit) =>
  node.dispatchEvent(
    new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true, ...init }),
  );

test("one click sends one request with what the form shows", async () => {
  await generate();
  expect(shown.model.of("generate")).toEqual([
    {
      v: 1,
      type: "generate",
      request_id: expect.any(String),
      request: { ...empty, prompt: "A paper boat", model: "wan-2.7", duration: 8, size: "1280x720" },
      new: false,
      yes: false,
    },
  ]);
});

test("a double click never sends twice", async () => {
  button(shown, "Generate").click();
  button(shown, "Generate").click();
  await settle(10_000);
  await generate();
  expect(shown.model.of("generate")).toHaveLength(1);
});

test("after its ack the next click is a new request", async () => {
  await generate();
  shown.model.ack(shown.model.of("generate")[0]);
  await generate();
  const ids = shown.model.of("generate").map(({ request_id }) => request_id);
  expect(new Set(ids).size).toBe(2);
});

test("a busy kernel is explained after three seconds and no longer than it lasts", async () => {
  await generate();
  expect(text(shown.root)).not.toContain(busy);
  await settle(3000);
  expect(text(shown.root)).toContain(busy);
  shown.model.ack(shown.model.of("generate")[0]);
  await settle();
  expect(text(shown.root)).not.toContain(busy);
});

test("an ack that nobody waits for changes nothing", async () => {
  await generate();
  shown.model.emit("msg:custom", {
    type: "ack",
    v: 1,
    request_id: "somebody else's",
    ok: true,
    now: 1,
    error: null,
  });
  shown.model.emit("msg:custom", null);
  await generate();
  expect(shown.model.of("generate")).toHaveLength(1);
});

test("a refused field is named at that field", async () => {
  await generate();
  const refused = error({ field: "size", message: "1280x720 isn't offered." });
  shown.model.ack(shown.model.of("generate")[0], { ok: false, error: refused });
  await settle();
  const size = control<HTMLSelectElement>(shown, "Size");
  expect([size.getAttribute("aria-invalid"), flawOf(size)]).toEqual(["true", "1280x720 isn't offered."]);
});

test("a refusal without a field is an alert under the button", async () => {
  await generate();
  shown.model.ack(shown.model.of("generate")[0], { ok: false, error: error() });
  await settle();
  expect(text(shown.root.querySelector(".videogen-form [role=alert]"))).toBe(
    "AIHubMix had a problem Try again in a minute.",
  );
});

test("a failed job marks the field it names until that field is edited", async () => {
  shown.model.set({
    job: job({ state: "failed", error: error({ field: "prompt", message: "Names a person." }) }),
  });
  await settle();
  expect(flawOf(prompt())).toBe("Names a person.");
  expect(text(button(shown, "Edit prompt"))).toBe("Edit prompt");
  await type(prompt(), "A tin soldier");
  expect(prompt().getAttribute("aria-invalid")).toBeNull();
});

test("an empty prompt is asked for and nothing is sent", async () => {
  await type(prompt(), "   ");
  await generate();
  expect([shown.model.of("generate").length, flawOf(prompt())]).toEqual([0, "Describe the video first."]);
});

test("a seed that is no number is pointed out and nothing is sent", async () => {
  await type(control(shown, "Seed"), "4 1");
  await generate();
  expect(shown.model.of("generate")).toHaveLength(0);
  expect(flawOf(control(shown, "Seed"))).toContain("Seed is a whole number");
});

test("Mod+Enter generates, Enter and Shift+Enter do not", async () => {
  press(prompt(), {});
  press(prompt(), { shiftKey: true });
  press(control(shown, "Seed"), {});
  expect(shown.model.of("generate")).toHaveLength(0);
  press(prompt(), { ctrlKey: true });
  expect(shown.model.of("generate")).toHaveLength(1);
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
  shown.model.set({ form: { ...form } });
  await settle();
  expect(prompt().value).toBe("Waves at sun");
});

test("a failure keeps what was typed", async () => {
  await type(prompt(), "Waves at sunset");
  shown.model.set({ job: job({ state: "failed", error: error() }) });
  await settle();
  expect(prompt().value).toBe("Waves at sunset");
});

test("many lengths are a stepper within the model's limits", async () => {
  shown.end();
  await draw(
    new FakeModel({ form: { ...form, models: [{ ...model, durations: [], shortest: 2, longest: 9 }] } }),
  );
  const length = control(shown, "Length");
  expect([length.type, length.min, length.max, length.value]).toEqual(["number", "2", "9", "8"]);
  await type(length, "11");
  await generate();
  expect([shown.model.of("generate").length, flawOf(length)]).toEqual([
    0,
    "Length is a whole number, 2 to 9 s.",
  ]);
});

test("the character count appears only near the limit", async () => {
  expect(shown.root.querySelector(".videogen-count")).toBeNull();
  await type(prompt(), "a".repeat(30_000));
  expect(text(shown.root.querySelector(".videogen-count"))).toBe("30,000 / 32,000");
});

test("only one button is filled, and none while a job runs", async () => {
  const filled = () => [...shown.root.querySelectorAll(".is-primary")].map((node) => text(node));
  expect(filled()).toEqual(["Generate"]);
  shown.model.set({ job: job() });
  await settle();
  expect(filled()).toEqual([]);
  shown.model.set({ job: job({ state: "unknown_outcome" }) });
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
  shown.model.set({ form: { ...form, models: [model, wide], retired: ["sora-2"] } });
  await settle();
  const box = control<HTMLInputElement>(shown, "Model");
  box.click();
  await settle();
  const gone = shown.root.querySelector<HTMLElement>("[aria-label='Not offered any more'] [role=option]");
  expect([text(gone), gone?.ariaDisabled ?? gone?.getAttribute("aria-disabled")]).toEqual(["sora-2", "true"]);
  gone?.click();
  await settle();
  expect(box.value).toBe(model.title);
  await type(box, "sora");
  expect(shown.root.querySelectorAll(".videogen-combo [role=option]").length).toBe(1);
  box.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
  await settle();
  expect(box.value).toBe(model.title);
});

test("the form has what the model takes, and sends no more than that", async () => {
  const other = { ...model, id: "", title: "" };
  shown.model.set({
    form: { ...form, models: [wide, model], other, start: { ...form.start, model: "veo" } },
  });
  await settle();
  const pick = async (label: string, value: string) => {
    const node = control<HTMLSelectElement>(shown, label);
    node.value = value;
    node.dispatchEvent(new Event("change", { bubbles: true }));
    await settle();
  };
  await pick("Shape", "9:16");
  await pick("Sound", "no");
  await type(control(shown, "Avoid"), "text, blur");
  await type(control(shown, "How many"), "9");
  await generate();
  expect(shown.model.of("generate")).toEqual([]);
  expect(flawOf(control(shown, "How many"))).toBe("How many is a whole number from 1 to 4.");
  await type(control(shown, "How many"), "2");
  await type(control(shown, "Further fields (JSON)"), '{"style": "noir"}');
  await generate();
  const [sent] = shown.model.of("generate");
  expect(sent?.request).toMatchObject({ aspect: "9:16", sound: false, negative: "text, blur", n: 2 });
  expect(sent?.request.extra).toBe('{"style": "noir"}');
  shown.model.ack(sent);

  await type(control(shown, "Model"), "somebody/else");
  await generate();
  const request = shown.model.of("generate")[1]?.request;
  expect(request).toMatchObject({
    model: "somebody/else",
    aspect: null,
    negative: null,
    n: null,
    sound: null,
  });
  await type(control(shown, "Model"), "veo");
  expect(control(shown, "Avoid").value).toBe("text, blur");
});

test("a budget's question is answered by a click of its own", async () => {
  await generate();
  const asked = error({
    code: "confirm",
    message: "This will cost about $6.40; your limit is $5.00.",
    sent: "no",
  });
  shown.model.ack(shown.model.of("generate")[0], { ok: false, error: asked });
  await settle();
  expect(text(shown.root.querySelector("form [role=alert]"))).toContain("This will cost about $6.40");
  button(shown, "Send it").click();
  await settle();
  expect(shown.model.of("generate").map(({ yes }) => yes)).toEqual([false, true]);
});

test("the button says what it will cost, where a price is known", async () => {
  const priced = { ...model, price: { per_clip: null, per_second: 0.1, by_size: { "720x1280": 0.25 } } };
  shown.model.set({ form: { ...form, models: [priced] } });
  await settle();
  const size = control<HTMLSelectElement>(shown, "Size");
  expect(text(button(shown, "Generate"))).toBe("Generate · ≈ $0.80");
  size.value = "720x1280";
  size.dispatchEvent(new Event("change", { bubbles: true }));
  await settle();
  expect(text(button(shown, "Generate"))).toBe("Generate · ≈ $2.00");
});

test("a size that is made but not offered stays, and one that is not made falls back", async () => {
  const start = { ...form.start, size: "800x600" };
  const sizes = async (any_size: boolean) => {
    shown.model.set({ form: { ...form, models: [{ ...model, any_size }], start } });
    await settle();
    const size = control<HTMLSelectElement>(shown, "Size");
    return [size.value, [...size.options].map(({ value }) => value)];
  };
  expect(await sizes(true)).toEqual(["800x600", ["1280x720", "720x1280", "800x600"]]);
  expect(await sizes(false)).toEqual(["1280x720", ["1280x720", "720x1280"]]);
});

test("what a project's file asks for is read, and agreed to by a click", async () => {
  const asks = "lab: $LAB_API_KEY is sent to https://lab.example/v1, as /home/ana/videogen.toml says";
  const lab = { name: "lab", label: "lab", simulated: false, key: "", ready: false, asks };
  shown.end();
  await draw(new FakeModel({ form: { ...form, provider: "lab", providers: [lab] } }));
  button(shown, "Trust lab").click();
  await settle();
  expect(text(shown.root.querySelector(".videogen-connect"))).toContain(asks);
  expect(shown.root.querySelector("input[type=password]")).toBeNull();
  button(shown, "Trust it").click();
  await settle();
  expect(shown.model.of("trust")).toEqual([
    { v: 1, type: "trust", request_id: expect.any(String), provider: "lab", asks },
  ]);
  expect(shown.model.of("connect")).toEqual([]);
});

test("a page for visitors offers no history, no service and no code", async () => {
  const lab = { name: "aihubmix", label: "AIHubMix", simulated: false, key: "", ready: false, asks: "" };
  shown.end();
  await draw(new FakeModel({ form: { ...form, guest: true, providers: [lab] } }));
  expect(shown.root.querySelector(".videogen-history-bar")).toBeNull();
  expect(shown.root.querySelector(".videogen-code")).toBeNull();
  expect(shown.model.of("history")).toEqual([]);
  expect(text(shown.root)).not.toContain("Connect to");
  await generate();
  expect(shown.model.of("generate")).toHaveLength(1);
});
