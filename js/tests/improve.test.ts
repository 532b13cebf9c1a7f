import { beforeEach, expect, test } from "vitest";
import {
  button,
  control,
  error,
  FakeModel,
  form,
  renderWidget,
  settle,
  setUpTests,
  text,
  type,
  type Widget,
} from "./kit";

let widget: Widget;
setUpTests();
beforeEach(async () => {
  [widget] = await renderWidget(new FakeModel({ form: { ...form, improves: true } }));
});
const prompt = () => control<HTMLTextAreaElement>(widget, "Prompt");
const better = () => control<HTMLTextAreaElement>(widget, "Better prompt");
const press = async (name: string) => {
  button(widget, name).click();
  await settle();
};
const answer = async (change: object) => {
  widget.model.ack(widget.model.of("improve").at(-1), change);
  await settle();
};
const panel = () => widget.root.querySelector(".videogen-improvement");

test("a better prompt is shown, edited, and used by a click; nothing is ordered", async () => {
  await press("Improve");
  await press("Improve");
  expect(widget.model.of("improve")).toEqual([
    { v: 1, type: "improve", request_id: expect.any(String), prompt: "A paper boat" },
  ]);
  await answer({ text: "A paper boat at dusk" });
  expect(prompt().value).toBe("A paper boat");
  expect(text(panel())).toContain("Nothing is ordered until you generate.");
  await type(better(), "A paper boat at dawn");
  await press("Use this prompt");
  expect(prompt().value).toBe("A paper boat at dawn");
  expect(panel()).toBeNull();
  expect(widget.model.of("generate")).toEqual([]);
});

test("the old prompt can be had back", async () => {
  await press("Improve");
  await answer({ text: "A paper boat at dusk" });
  await press("Use this prompt");
  await press("Undo");
  expect(prompt().value).toBe("A paper boat");
});

test("one's own prompt is kept", async () => {
  await press("Improve");
  await answer({ text: "A paper boat at dusk" });
  await press("Keep mine");
  expect(prompt().value).toBe("A paper boat");
  expect(panel()).toBeNull();
});

test("a failure is told in its words, and the question can be asked again", async () => {
  await press("Improve");
  await answer({ ok: false, error: error({ message: "The prompt was not improved: no.", next: "" }) });
  expect(text(panel()?.querySelector('[role="alert"]'))).toBe("The prompt was not improved: no.");
  await press("Improve");
  expect(widget.model.of("improve")).toHaveLength(2);
});

test("an answer that nobody waits for any more is dropped", async () => {
  await press("Improve");
  await press("Don't wait");
  await answer({ text: "A paper boat at dusk" });
  expect(panel()).toBeNull();
});

test("an empty prompt can't be improved, and without an endpoint there is no button", async () => {
  await type(prompt(), " ");
  expect(button(widget, "Improve").disabled).toBe(true);
  [widget] = await renderWidget(new FakeModel({ form }));
  expect(text(widget.root)).not.toContain("Improve");
});
