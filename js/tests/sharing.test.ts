/** *Share* on a finished clip, and what a card says of a job that needs its kernel. */

import { beforeEach, expect, test, vi } from "vitest";
import {
  button,
  error,
  FakeModel,
  form,
  job,
  ready,
  renderWidget,
  serveClip,
  settle,
  setUpTests,
  text,
  type Widget,
} from "./kit";

setUpTests();

let widget: Widget;
const query = (selector: string) => widget.root.querySelector<HTMLElement>(selector);
const items = () => [...widget.root.querySelectorAll<HTMLElement>("[role=menuitem]")];
const note = () => query(".videogen-shared");
const status = () => text(query(".videogen-job-actions [role=status]"));
const asked = () => widget.model.of("share");
const notes = () => text(query(".videogen-notes"));

beforeEach(() => {
  vi.mocked(fetch).mockImplementation(serveClip);
});

const draw = async (state: ConstructorParameters<typeof FakeModel>[0]) => {
  [widget] = await renderWidget(new FakeModel(state));
};
const openMenu = async () => {
  button(widget, "Share").click();
  await settle();
};
const choose = async (label: string) => {
  await openMenu();
  items()
    .find((item) => text(item) === label)
    ?.click();
  await settle();
};

test("a clip is asked for as a page, a GIF or a WebP", async () => {
  await draw({ job: ready({ can_share: true }) });
  await openMenu();
  expect(items().map(text)).toEqual(["Page (HTML)", "GIF", "WebP"]);
  expect(button(widget, "Share").getAttribute("aria-expanded")).toBe("true");
  items()[1]?.click();
  await settle();
  expect(asked()).toMatchObject([{ job_id: "k3q7x2ma", take: 0, kind: "gif" }]);
  expect([items().length, status(), text(note())]).toEqual([0, "GIF: being written…", "GIF: being written…"]);
  expect(document.activeElement).toBe(button(widget, "Share"));
});

test("where it was saved is said with its name, and opened from there", async () => {
  await draw({ job: ready() });
  await choose("GIF");
  widget.model.ack(asked()[0], { text: "paper boat#1.gif" });
  await settle();
  expect(status()).toBe("Saved beside the notebook as paper boat#1.gif.");
  expect(text(note())).toBe("Saved beside the notebook as paper boat#1.gif. Open");
  expect(note()?.querySelector("a")?.getAttribute("href")).toBe("/files/paper%20boat%231.gif");
});

test("a host that serves no files is not linked to", async () => {
  await draw({ job: ready() });
  await choose("WebP");
  vi.mocked(fetch).mockImplementation(async () => new Response("", { status: 404 }));
  widget.model.ack(asked()[0], { text: "boat.webp" });
  await settle();
  expect([text(note()), note()?.querySelector("a")]).toEqual([
    "Saved beside the notebook as boat.webp.",
    null,
  ]);
});

test("why it was not written is said in the kernel's words", async () => {
  await draw({ job: ready() });
  await choose("Page (HTML)");
  const full = error({ message: "boat.html can't be written: No space left.", next: "Make room." });
  widget.model.ack(asked()[0], { ok: false, error: full });
  await settle();
  expect(status()).toBe("boat.html can't be written: No space left. Make room.");
  expect(note()?.dataset["state"]).toBe("failed");
});

test("a kernel that goes meanwhile is told of", async () => {
  await draw({ job: ready() });
  await choose("GIF");
  widget.model.comm_live = false;
  widget.model.emit("comm_live_update");
  await settle();
  expect(status()).toBe("The kernel does not respond.");
  expect(button(widget, "Share").disabled).toBe(true);
});

test("while one is being written no second one is offered; a closed note is shown again", async () => {
  await draw({ job: ready() });
  await choose("GIF");
  note()?.querySelector("button")?.click();
  await settle();
  expect([note(), document.activeElement]).toEqual([null, button(widget, "Share")]);
  await openMenu();
  expect([items().length, text(note()), asked().length]).toEqual([0, "GIF: being written…", 1]);
  widget.model.ack(asked()[0], { text: "boat.gif" });
  await settle();
  note()?.querySelector("button")?.click();
  await settle();
  await choose("WebP");
  expect(asked().map(({ kind }) => kind)).toEqual(["gif", "webp"]);
});

test("the take on view is the one that is shared", async () => {
  const { clip } = ready();
  if (clip === null) throw new Error("no clip");
  await draw({ job: ready({ clips: [clip, { ...clip, src: "videogen/second.mp4" }] }) });
  query('.videogen-job-actions input[aria-label="Clip 2"]')?.click();
  await settle();
  await choose("GIF");
  expect(asked()).toMatchObject([{ take: 1 }]);
});

test("Escape closes the menu, and the focus is where it was", async () => {
  await draw({ form, job: ready() });
  await openMenu();
  items()[0]?.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
  await settle();
  expect([items().length, asked().length]).toEqual([0, 0]);
  expect(document.activeElement).toBe(button(widget, "Share"));
});

test("visitors are not offered it", async () => {
  await draw({ job: ready({ can_share: false }) });
  expect(() => button(widget, "Share")).toThrow("no button");
});

test("a job whose key its kernel alone has says so while it is made", async () => {
  await draw({ job: job({ needs_kernel: true }) });
  expect(notes()).toContain("Only this kernel has this job's key");
  expect(notes()).toContain("%videogen connect aihubmix");
  widget.model.set({ job: ready({ needs_kernel: true }) });
  await settle();
  expect(notes()).toBe("");
});

test.each([
  ["whose key the server finds", job()],
  ["that nobody watches", job({ needs_kernel: true, detached: true })],
  ["that is answered in one go, and says so itself", job({ needs_kernel: true, synchronous: true })],
])("a job %s says nothing of it", async (_, view) => {
  await draw({ job: view });
  expect(notes()).toBe("");
});

test("a kernel that is gone is not to be kept running", async () => {
  const fake = new FakeModel({ job: job({ needs_kernel: true }) });
  fake.comm_live = false;
  [widget] = await renderWidget(fake);
  expect(notes()).toBe("");
});
