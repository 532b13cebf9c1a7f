import { beforeEach, expect, test, vi } from "vitest";
import {
  button,
  clip,
  FakeModel,
  form,
  job,
  page,
  ready,
  renderWidget,
  serveClip,
  settle,
  setUpTests,
  text,
  tile,
  type,
  type Widget,
} from "./kit";

setUpTests();

/** The observers of a page whose elements are on screen when a test says so. */
const watched = new Map<Element, (ratio: number) => void>();
class FakeIntersectionObserver {
  readonly #tell: (entries: { intersectionRatio: number; isIntersecting: boolean }[]) => void;
  constructor(tell: never) {
    this.#tell = tell;
  }
  observe(node: Element): void {
    watched.set(node, (ratio) => this.#tell([{ intersectionRatio: ratio, isIntersecting: ratio > 0 }]));
  }
  disconnect(): void {
    watched.clear();
  }
}

let widget: Widget;
const video = () => widget.root.querySelector("video") as HTMLVideoElement;
const show = async (ratio: number) => {
  watched.get(video())?.(ratio);
  await settle();
};
const query = (selector: string) => widget.root.querySelector<HTMLElement>(selector);
const labelled = (name: string) => query(`.videogen-controls [aria-label="${name}"]`);

beforeEach(() => {
  vi.mocked(fetch).mockImplementation(serveClip);
  vi.stubGlobal("IntersectionObserver", FakeIntersectionObserver);
  watched.clear();
  // The fake page has no player: these do what one does, as far as it can be seen from outside.
  const paused = new WeakMap<HTMLMediaElement, boolean>();
  vi.spyOn(HTMLMediaElement.prototype, "paused", "get").mockImplementation(function (this: HTMLMediaElement) {
    return paused.get(this) ?? true;
  });
  vi.spyOn(HTMLMediaElement.prototype, "play").mockImplementation(async function (this: HTMLMediaElement) {
    paused.set(this, false);
    this.dispatchEvent(new Event("play"));
  });
  vi.spyOn(HTMLMediaElement.prototype, "pause").mockImplementation(function (this: HTMLMediaElement) {
    paused.set(this, true);
    this.dispatchEvent(new Event("pause"));
  });
});

const draw = async (change: Parameters<typeof ready>[0] = {}) => {
  [widget] = await renderWidget(new FakeModel({ job: ready(change) }));
};

test("a clip loops without sound from half on screen, and pauses off screen", async () => {
  await draw();
  expect([video().loop, video().muted, video().controls]).toEqual([true, true, false]);
  await show(0.4);
  expect(video().paused).toBe(true);
  await show(0.5);
  expect(video().paused).toBe(false);
  await show(0);
  expect(video().paused).toBe(true);
});

test("a clip that was paused stays so when it comes back on screen", async () => {
  await draw();
  await show(1);
  labelled("Pause")?.click();
  await show(0);
  await show(1);
  expect([video().paused, labelled("Play") !== null]).toEqual([true, true]);
});

test("sound that was switched on does not come back by itself", async () => {
  await draw();
  await show(1);
  labelled("Sound on")?.click();
  expect(video().muted).toBe(false);
  await show(0);
  await show(1);
  expect([video().paused, video().muted]).toEqual([false, true]);
});

test("nothing starts where motion is reduced; the disc does", async () => {
  vi.spyOn(window, "matchMedia").mockReturnValue({ matches: true, addEventListener: vi.fn() } as never);
  await draw();
  await show(1);
  expect(video().paused).toBe(true);
  query(".videogen-disc")?.click();
  expect([video().paused, video().muted]).toEqual([false, true]);
});

test("a tap shows the controls for three seconds", async () => {
  await draw();
  const tap = new Event("pointerup", { bubbles: true });
  Object.assign(tap, { pointerType: "touch" });
  video().dispatchEvent(tap);
  await settle(2500);
  expect(query(".videogen-player")?.dataset["shown"]).toBe("true");
  await settle(600);
  expect(query(".videogen-player")?.dataset["shown"]).toBe("false");
});

test("the facts are one line, and a long name loses its middle", async () => {
  const src = "videogen/northern-lights-over-a-mountain-lake-in-late-autumn-k3q7x2ma.mp4";
  const done = { clip: { ...clip, src }, clips: [{ ...clip, src }], cost: 0.8 };
  await draw({ ...done, cost_source: "estimated" });
  expect(text(query(".videogen-clip-facts"))).toContain("· ≈ $0.80 ·");
  await draw({ ...done, cost_source: "reported" });
  expect(text(query(".videogen-clip-facts"))).toBe(
    "8 s · 3.8 MB · $0.80 · videogen/northern-lights-ov…n-k3q7x2ma.mp4",
  );
  expect(query(".videogen-link")?.title).toBe(src);
});

test("what a finished clip shows has its place while it is made, out of reach", async () => {
  [widget] = await renderWidget(new FakeModel({ job: job() }));
  const parts = [".videogen-job-actions", ".videogen-footer"].map(query);
  expect(parts.map((part) => part?.inert)).toEqual([true, true]);
  widget.model.set({ job: ready() });
  await settle();
  expect(parts.map((part) => [part?.inert, part?.isConnected])).toEqual([
    [false, true],
    [false, true],
  ]);
});

test("a button that goes away leaves the focus in its place", async () => {
  [widget] = await renderWidget(new FakeModel({ job: job() }));
  button(widget, "Stop watching").focus();
  widget.model.set({ job: ready() });
  await settle();
  expect(document.activeElement).toBe(query(".videogen-now"));
});

test("focus elsewhere stays there", async () => {
  [widget] = await renderWidget(new FakeModel({ job: job() }));
  const editor = document.createElement("textarea");
  document.body.append(editor);
  editor.focus();
  widget.model.set({ job: ready() });
  await settle();
  expect(document.activeElement).toBe(editor);
  editor.remove();
});

const written: string[] = [];
const allowClipboard = (works = true) => {
  written.length = 0;
  const write = async (value: string) => {
    if (!works) throw new Error("no access");
    written.push(value);
  };
  vi.stubGlobal("ClipboardItem", undefined);
  vi.spyOn(navigator.clipboard, "writeText").mockImplementation(write);
};

test("a chip copies its option and says so in its place", async () => {
  allowClipboard();
  await draw();
  const chips = [...widget.root.querySelectorAll<HTMLElement>(".videogen-fact")];
  for (const chip of chips) chip.click();
  await settle();
  expect(written).toEqual(["-m wan-2.7", "-d 8", "--size 1280x720", "--seed 418"]);
  expect(chips.map((chip) => text(chip.querySelector("[aria-live]")))).toEqual(Array(4).fill("Copied"));
  await settle(2100);
  expect(text(chips[2]?.querySelector("[aria-live]"))).toBe("");
});

test("one click copies the cell, the menu another form", async () => {
  allowClipboard();
  await draw();
  const copy = button(widget, "Copy as code");
  copy.click();
  widget.model.ack(widget.model.of("code")[0], { text: "%%videogen\nA paper boat" });
  await settle();
  copy.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", altKey: true, bubbles: true }));
  await settle();
  expect(document.activeElement?.getAttribute("role")).toBe("menuitem");
  button(widget, "curl").click();
  widget.model.ack(widget.model.of("code")[1], { text: "curl https://a.example" });
  await settle();
  expect(widget.model.of("code").map(({ language }) => language)).toEqual(["magic", "curl"]);
  expect(written).toEqual(["%%videogen\nA paper boat", "curl https://a.example"]);
  expect([query("[role=menu]"), document.activeElement]).toEqual([null, copy]);
});

test("a long press opens the menu and copies nothing", async () => {
  await draw();
  const copy = button(widget, "Copy as code");
  copy.dispatchEvent(new Event("pointerdown", { bubbles: true }));
  await settle(600);
  copy.dispatchEvent(new Event("pointerup", { bubbles: true }));
  copy.click();
  await settle();
  expect(query("[role=menu]")).not.toBeNull();
  expect(widget.model.of("code")).toEqual([]);
});

test("where the page can't copy, the code is shown", async () => {
  allowClipboard(false);
  await draw();
  button(widget, "Copy as code").click();
  widget.model.ack(widget.model.of("code")[0], { text: "%%videogen\nA paper boat" });
  await settle();
  expect(text(query(".videogen-footer .videogen-panel pre"))).toBe("%%videogen\nA paper boat");
});

test("a remix of a card opens its form without the seed", async () => {
  await draw();
  button(widget, "Remix").click();
  const [asked] = widget.model.of("edit");
  expect(asked?.job_id).toBe("k3q7x2ma");
  widget.model.set({ form: { ...form, start: ready().request } });
  widget.model.ack(asked);
  await settle();
  const seed = [...widget.root.querySelectorAll<HTMLInputElement>("input")].find(({ name }) =>
    name.endsWith("-seed"),
  );
  expect(seed?.value).toBe("");
  expect(document.activeElement?.tagName).toBe("TEXTAREA");
});

/** The kernel that made the widget goes away; the host may run another. */
const leave = async (view: ReturnType<typeof job>, kernel: object | null, isSaved: boolean) => {
  vi.mocked(fetch).mockImplementation(async () =>
    isSaved ? serveClip() : new Response("", { status: 404 }),
  );
  const fake = new FakeModel({ job: view });
  fake.widget_manager = { resolveUrl: async (url: string) => `/files/${url}`, kernel };
  [widget] = await renderWidget(fake);
  fake.comm_live = false;
  fake.emit("comm_live_update");
  await settle();
};
const headline = () => text(query(".videogen-headline > span"));

test("a kernel that runs again is not called gone, and what the provider has goes on there", async () => {
  await leave(job({ progress: 40 }), { status: "idle" }, false);
  expect(headline()).toBe("The kernel was restarted · AIHubMix goes on making it");
});

test("what was not accepted yet is not said to go on", async () => {
  await leave(job({ state: "submitting" }), { status: "busy" }, false);
  expect(headline()).toBe("The kernel was restarted");
});

test("a clip that was saved meanwhile is found without a kernel, and shown in its place", async () => {
  await leave(job({ progress: 40 }), { status: "idle" }, false);
  vi.mocked(fetch).mockImplementation(serveClip);
  await settle(3100);
  expect(headline()).toBe("Finished while the kernel was restarting");
  expect(text(query(".videogen-clip-facts"))).toBe("8 s · 3.8 MB · videogen/paper boat#1.mp4");
  expect(query("video")).toBeNull();
  button(widget, "Show it").click();
  await settle();
  expect(video().getAttribute("src")).toBe("/files/videogen/paper%20boat%231.mp4");
  expect(vi.mocked(fetch).mock.calls.at(-1)?.[1]).toMatchObject({ headers: { Range: "bytes=0-0" } });
});

test("a kernel that answers again takes the card back", async () => {
  await leave(job({ progress: 40 }), { status: "idle" }, true);
  expect(headline()).toBe("Finished while the kernel was restarting");
  widget.model.comm_live = true;
  widget.model.emit("comm_live_update");
  await settle();
  expect(headline()).toBe("Making the video");
});

/** A kernel of the host that answers as one does that has loaded the package, or as one that can't. */
function restartedKernel(status: "ok" | "error", state: object) {
  const comm = {
    isDisposed: false,
    onMsg: (_: unknown) => undefined,
    onClose: () => undefined,
    opened: [] as unknown[],
    sent: [] as { method: string; content?: unknown }[],
    open: (data: unknown) => comm.opened.push(data),
    close: () => undefined,
    send: (data: { method: string }) => {
      comm.sent.push(data);
      if (data.method === "request_state") comm.onMsg({ content: { data: { method: "update", state } } });
    },
  };
  const kernel = {
    status: "idle",
    createComm: () => comm,
    requestExecute: () => ({ done: Promise.resolve({ content: { status } }) }),
  };
  return { comm, kernel };
}

test("a card opens its other end anew in a restarted kernel", async () => {
  const { comm, kernel } = restartedKernel("ok", { job: job({ progress: 60 }), form: null });
  await leave(job({ progress: 40 }), kernel, false);
  button(widget, "Reconnect").click();
  await settle();
  expect(comm.opened).toEqual([{ job_id: "k3q7x2ma", provider: "", has_form: false, queue: [] }]);
  expect(headline()).toBe("Making the video");
  button(widget, "Stop watching").click();
  expect(comm.sent.at(-1)).toMatchObject({ method: "custom", content: { type: "detach" } });
  comm.isDisposed = true; // the kernel is restarted once more
  await settle(2100);
  expect(headline()).toBe("The kernel was restarted · AIHubMix goes on making it");
});

test("a form whose kernel is gone is covered, and keeps what was typed when it is back", async () => {
  const { comm, kernel } = restartedKernel("ok", { job: null, form: { ...form, start: form.start } });
  const fake = new FakeModel({ form });
  fake.widget_manager = { resolveUrl: async (url: string) => `/files/${url}`, kernel: null };
  [widget] = await renderWidget(fake);
  await type(widget.root.querySelector("textarea") as HTMLTextAreaElement, "A kite over the sea");
  fake.comm_live = false;
  fake.emit("comm_live_update");
  await settle();
  expect(text(query(".videogen-veil"))).toContain("The notebook's kernel isn't running");
  expect(query(".videogen-form-area")?.inert).toBe(true);
  Object.assign(fake.widget_manager as object, { kernel });
  await settle(3100);
  button(widget, "Reconnect").click();
  await settle();
  expect([query(".videogen-veil"), query(".videogen-form-area")?.inert]).toEqual([null, false]);
  expect(widget.root.querySelector("textarea")?.value).toBe("A kite over the sea");
  button(widget, "Generate").click();
  expect(comm.sent.at(-1)).toMatchObject({ content: { type: "generate" } });
});

test("a kernel that can't load the package is told as such", async () => {
  const { kernel } = restartedKernel("error", {});
  const fake = new FakeModel({ form });
  fake.widget_manager = { kernel };
  [widget] = await renderWidget(fake);
  fake.comm_live = false;
  fake.emit("comm_live_update");
  await settle();
  button(widget, "Reconnect").click();
  await settle();
  expect(text(query(".videogen-veil"))).toContain(
    "This kernel can't load jupyter_videogen. Run the cell again.",
  );
});

test("the end of a job marks the title of a hidden tab until somebody looks", async () => {
  const hidden = vi.spyOn(document, "hidden", "get").mockReturnValue(true);
  document.title = "clips.ipynb";
  [widget] = await renderWidget(new FakeModel({ job: job() }));
  expect(document.title).toBe("clips.ipynb");
  widget.model.set({ job: ready() });
  expect(document.title).toBe("\u2713 clips.ipynb");
  widget.model.set({ job: job({ id: "another0" }) });
  widget.model.set({ job: job({ id: "another0", state: "cancelled" }) });
  expect(document.title).toBe("! clips.ipynb");
  hidden.mockReturnValue(false);
  document.dispatchEvent(new Event("visibilitychange"));
  expect(document.title).toBe("clips.ipynb");
});

test("a tab that is seen keeps its title, and so does one that opens on an old clip", async () => {
  document.title = "clips.ipynb";
  [widget] = await renderWidget(new FakeModel({ job: job() }));
  widget.model.set({ job: ready() });
  vi.spyOn(document, "hidden", "get").mockReturnValue(true);
  await renderWidget(new FakeModel({ job: ready({ id: "oldclip0" }) }));
  expect(document.title).toBe("clips.ipynb");
});

test("a job that ends while another is shown is told in the library until it is opened", async () => {
  [widget] = await renderWidget(new FakeModel({ form, job: job() }));
  const other = job({ id: "another0", prompt: "A kite" });
  const rows = (view: ReturnType<typeof job>) => ({ page: page([tile(job()), tile(view)]) });
  widget.model.ack(widget.model.of("history").at(-1), rows(other));
  await settle();
  widget.model.emit("msg:custom", { type: "changed", v: 1 });
  await settle();
  widget.model.ack(widget.model.of("history").at(-1), rows(ready({ id: "another0", prompt: "A kite" })));
  await settle();
  const shown = query("[data-job=another0]");
  const name = () => text(shown?.querySelector(".videogen-visually-hidden"));
  expect(name()).toMatch(/^A kite, .*, new$/);
  expect(text(query(".videogen-history > [role=status]"))).toBe("“A kite” is ready.");
  shown?.click();
  await settle();
  expect([name().includes("new"), text(query(".videogen-history > [role=status]"))]).toEqual([false, ""]);
});
