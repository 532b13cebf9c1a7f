import { expect, test } from "vitest";
import {
  error,
  FakeModel,
  form,
  job,
  ready,
  renderWidget,
  settle,
  setUpTests,
  text,
  type Widget,
} from "./kit";

setUpTests(12);
let widget: Widget;
const kite = job({ id: "kitekite", prompt: "A kite", progress: 62, can_cancel: true, created_at: 1 });
const boat = job({ id: "boatboat", prompt: "A boat", progress: 7, created_at: 2 });
const draw = async (state: ConstructorParameters<typeof FakeModel>[0]) => {
  [widget] = await renderWidget(new FakeModel({ form, ...state }));
};
const submit = () => widget.root.querySelector<HTMLButtonElement>("[type=submit]") as HTMLButtonElement;
const click = async () => {
  submit().click();
  await settle();
};
const type = async (value: string) => {
  const box = widget.root.querySelector("textarea") as HTMLTextAreaElement;
  box.value = value;
  box.dispatchEvent(new Event("input", { bubbles: true }));
  await settle();
};
const queued = () => [...widget.root.querySelectorAll(".videogen-queued")];
const note = () => text(widget.root.querySelector(".videogen-submit-note"));
const headline = () => text(widget.root.querySelector(".videogen-result .videogen-headline > span"));

test("while one runs the button adds to the queue, and the result stays", async () => {
  await draw({ job: kite });
  expect([text(submit()), note(), queued()]).toEqual(["Add to queue", "1 running", []]);
  await type("A boat");
  await click();
  expect(widget.model.of("generate")).toMatchObject([
    { aside: true, new: false, request: { prompt: "A boat" } },
  ]);
  widget.model.ack(widget.model.of("generate")[0]);
  widget.model.set({ queue: [boat] });
  await settle();
  expect([headline(), note()]).toEqual(["Making the video", "2 running"]);
  expect(queued().map(text)).toEqual(["62 %A kite", "7 %A boat"]);
  expect(queued().map((one) => one.getAttribute("data-shown"))).toEqual(["true", "false"]);
});

test("two prompts are two clicks, also while the kernel is busy; the same one is one", async () => {
  await draw({});
  await click();
  await click();
  await type("A boat");
  await click();
  await click();
  const sent = widget.model.of("generate");
  expect(sent.map(({ request }) => request.prompt)).toEqual([form.start.prompt, "A boat"]);
  expect(new Set(sent.map(({ request_id }) => request_id)).size).toBe(2);
});

test("a job of the queue settles the click whose ack was lost", async () => {
  await draw({ job: kite });
  await type("A boat");
  await click();
  await settle(3000);
  expect(note()).toBe("Waiting for the running cell to end.");
  widget.model.set({ queue: [boat] });
  await settle();
  expect(note()).toBe("2 running");
});

test("a job of the queue is shown and stopped by a click", async () => {
  await draw({ job: boat, queue: [kite] });
  const [show, stop] = queued()[0]?.querySelectorAll("button") ?? [];
  show?.click();
  stop?.click();
  await settle();
  expect(widget.model.of("show").map(({ job_id }) => job_id)).toEqual([kite.id]);
  expect([stop?.getAttribute("aria-label"), widget.model.of("cancel").map(({ job_id }) => job_id)]).toEqual([
    "Cancel “A kite”",
    [kite.id],
  ]);
});

test("one that has ended stays until it is shown", async () => {
  await draw({ job: kite, queue: [boat] });
  widget.model.set({ queue: [ready({ ...boat, state: "succeeded", clip: ready().clip })] });
  await settle();
  expect(queued().map(text)).toEqual(["62 %A kite", "readyA boat"]);
  expect(text(submit())).toBe("Add to queue");
  widget.model.set({ job: ready({ id: kite.id }), queue: [] });
  await settle();
  expect([queued(), text(submit())]).toEqual([[], "Generate"]);
});

test("what was asked for before is not sent again unless somebody wants another", async () => {
  await draw({ job: kite });
  await click();
  widget.model.ack(widget.model.of("generate")[0], { found: true });
  await settle();
  expect(text(widget.root.querySelector("form [role=alert]"))).toContain("Asked for before: not sent again.");
  const another = [...widget.root.querySelectorAll("button")].find((one) =>
    text(one).startsWith("Make another"),
  );
  another?.click();
  another?.click();
  await settle();
  expect(widget.model.of("generate").map((one) => [one.new, one.aside])).toEqual([
    [false, true],
    [true, true],
  ]);
});

test("an end in the queue marks the title of a tab that nobody looks at", async () => {
  await draw({ job: kite, queue: [boat] });
  Object.defineProperty(document, "hidden", { value: true, configurable: true });
  document.title = "Notebook";
  widget.model.set({ queue: [ready({ id: boat.id })] });
  await settle();
  expect(document.title).toBe("✓ Notebook");
  Object.defineProperty(document, "hidden", { value: false, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
  expect(document.title).toBe("Notebook");
});

test("the queue is one stop of Tab, and arrows walk in it", async () => {
  await draw({ job: kite, queue: [boat] });
  const buttons = [...widget.root.querySelectorAll<HTMLButtonElement>(".videogen-queue button")];
  const stops = () => buttons.filter(({ tabIndex }) => tabIndex === 0).map((one) => buttons.indexOf(one));
  expect(stops()).toEqual([0]);
  buttons[0]?.focus();
  buttons[0]?.dispatchEvent(
    new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true, cancelable: true }),
  );
  await settle();
  expect([stops(), document.activeElement === buttons[1]]).toEqual([[1], true]);
});

test("a restarted kernel is told of the queue", async () => {
  await draw({ job: kite, queue: [boat] });
  const opened: unknown[] = [];
  const comm = {
    isDisposed: false,
    open: (data: unknown) => opened.push(data),
    send: () => {},
    close: () => {},
  };
  widget.model.widget_manager = {
    kernel: {
      status: "idle",
      createComm: () => comm,
      requestExecute: () => ({ done: Promise.resolve({ content: { status: "ok" } }) }),
    },
  };
  widget.model.comm_live = false;
  widget.model.emit("comm_live_update");
  await settle();
  [...widget.root.querySelectorAll("button")].find((one) => text(one) === "Reconnect")?.click();
  await settle();
  expect(opened).toMatchObject([{ job_id: kite.id, queue: [boat.id], has_form: true }]);
});

test("a refusal of one marks no field that holds another prompt by now", async () => {
  const refused = error({ field: "prompt", message: "Names a person." });
  await draw({ job: kite });
  await type("A boat");
  widget.model.set({ job: job({ ...kite, state: "failed", error: refused }) });
  await settle();
  expect(widget.root.querySelector("textarea")?.getAttribute("aria-invalid")).toBeNull();
  expect(headline()).toBe("Names a person.");
});
