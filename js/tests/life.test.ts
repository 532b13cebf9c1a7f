import { expect, test, vi } from "vitest";
import makeWidget from "../src/index";
import { newRequestId } from "../src/kernel/connection";
import {
  button,
  clip,
  control,
  FakeModel,
  form,
  job,
  line1,
  ready,
  renderWidget,
  settle,
  setUpTests,
  text,
  type,
  type Widget,
} from "./kit";

setUpTests();

test("a view says hello once it is drawn", async () => {
  const [{ model }] = await renderWidget(new FakeModel({ job: job() }));
  expect(model.sent).toEqual([{ v: 1, type: "hello", strips_views: false, request_id: expect.any(String) }]);
});

test("an open job of which nothing is heard is asked after, an ended one is not", async () => {
  const [{ model }] = await renderWidget(new FakeModel({ job: job() }));
  await settle(10_000);
  expect(model.of("hello")).toHaveLength(2);
  model.set({ job: ready() });
  await settle(60_000);
  expect(model.of("hello")).toHaveLength(2);
});

test("the job's buttons send the job's own messages", async () => {
  const [view] = await renderWidget(new FakeModel({ job: job({ can_cancel: true }) }));
  button(view, "Cancel").click();
  view.model.set({ job: job() });
  await settle();
  button(view, "Stop watching").click();
  view.model.set({ job: job({ detached: true }) });
  await settle();
  button(view, "Watch again").click();
  expect(view.model.sent.slice(1)).toEqual(
    ["cancel", "detach", "watch"].map((kind) => ({
      v: 1,
      type: kind,
      request_id: expect.any(String),
      job_id: "k3q7x2ma",
    })),
  );
});

test("no message carries a bare id, which ipykernel 7.4 would route by", async () => {
  const [view] = await renderWidget(new FakeModel({ form, job: job() }));
  button(view, "Add to queue").click();
  button(view, "Stop watching").click();
  expect(view.model.sent.filter((message) => "id" in message)).toEqual([]);
});

test("two views show one draft and one job, and a click in one sends once", async () => {
  const [one, two] = (await renderWidget(new FakeModel({ form }), 2)) as [Widget, Widget];
  await type(control<HTMLTextAreaElement>(one, "Prompt"), "Kite over the sea");
  expect(control<HTMLTextAreaElement>(two, "Prompt").value).toBe("Kite over the sea");
  button(one, "Generate").click();
  button(two, "Generate").click();
  expect(one.model.of("generate")).toHaveLength(1);
  one.model.set({ job: job() });
  await settle();
  expect([line1(one), line1(two)]).toEqual(["Making the video", "Making the video"]);
});

test("two views have no id in common", async () => {
  const widgets = await renderWidget(new FakeModel({ form }), 2);
  const ids = widgets.flatMap(({ root }) => [...root.querySelectorAll("[id]")].map(({ id }) => id));
  expect(new Set(ids).size).toBe(ids.length);
});

test("closing one view leaves the other working", async () => {
  const fake = new FakeModel({ job: job() });
  const { initialize, render } = makeWidget();
  const endModel = initialize({ model: fake });
  const [one, two] = [document.createElement("div"), document.createElement("div")];
  const endOne = render({ model: fake, el: one });
  const endTwo = render({ model: fake, el: two });
  await settle();
  endOne();
  await settle(5000);
  expect(text(two.querySelector(".videogen-explanation"))).toBe("0:05");
  endTwo();
  endModel();
});

test.each(["the host's signal", "the returned function"])(
  "%s ends timers, listeners and observers",
  async (how) => {
    const added = new Map<EventTarget, number>();
    for (const target of [window, document, document.body]) {
      added.set(target, 0);
      const count = () => added.set(target, (added.get(target) ?? 0) + 1);
      vi.spyOn(target, "addEventListener").mockImplementation(count as never);
    }
    const observe = vi.spyOn(MutationObserver.prototype, "observe");
    const disconnect = vi.spyOn(MutationObserver.prototype, "disconnect");
    const resize = vi.spyOn(ResizeObserver.prototype, "observe");
    const resized = vi.spyOn(ResizeObserver.prototype, "disconnect");
    const fake = new FakeModel({ form, job: job() });
    const end = new AbortController();
    const { initialize, render } = makeWidget();
    const endModel = initialize({ model: fake, signal: end.signal });
    const el = document.createElement("div");
    const endView = render({ model: fake, el, signal: end.signal });
    await settle();
    expect(vi.getTimerCount()).toBeGreaterThan(0);
    if (how === "the host's signal") end.abort();
    else {
      endView();
      endModel();
    }
    await settle(0);
    expect(fake.listening).toBe(0);
    expect([...added.values()]).toEqual([0, 0, 0]);
    expect(observe.mock.calls.length).toBe(4);
    expect(disconnect.mock.calls.length).toBe(3); // one of them observes two nodes
    expect(resized.mock.calls.length).toBe(resize.mock.calls.length);
    expect(el.childElementCount).toBe(0);
    await settle(1000);
    expect(vi.getTimerCount()).toBe(0);
  },
);

test("a clip is fetched by the address that the notebook gives its escaped path", async () => {
  const fake = new FakeModel({ job: ready() });
  const resolveUrl = vi.fn(async (url: string) => `/files/work/${url}?_xsrf=1`);
  fake.widget_manager = { resolveUrl };
  const [view] = await renderWidget(fake);
  const video = view.root.querySelector("video");
  expect(resolveUrl).toHaveBeenCalledWith("videogen/paper%20boat%231.mp4");
  expect(video?.getAttribute("src")).toBe("/files/work/videogen/paper%20boat%231.mp4?_xsrf=1");
  expect([video?.getAttribute("aria-label"), video?.autoplay, video?.preload]).toEqual([
    "A paper boat",
    false,
    "metadata",
  ]);
});

test("a manager that knows no notebook leaves the page's own settings to tell the address", async () => {
  const config = document.createElement("script");
  config.id = "jupyter-config-data";
  config.type = "application/json";
  config.textContent = JSON.stringify({ baseUrl: "/user/x/", notebookPath: "my work/a.ipynb" });
  document.head.append(config);
  const fake = new FakeModel({ job: ready() });
  fake.widget_manager = { resolveUrl: async (url: string) => url };
  const [view] = await renderWidget(fake);
  config.remove();
  expect(view.root.querySelector("video")?.getAttribute("src")).toBe(
    "/user/x/files/my%20work/videogen/paper%20boat%231.mp4",
  );
});

test("a clip that cannot be played says where it is and can be tried again", async () => {
  const [view] = await renderWidget(new FakeModel({ job: ready() }));
  view.root.querySelector("video")?.dispatchEvent(new Event("error"));
  await settle();
  expect(text(view.root.querySelector(".videogen-explanation"))).toBe(`It was saved as ${clip.src}`);
  button(view, "Find it").click();
  await settle();
  expect(view.root.querySelector("video")).not.toBeNull();
  expect(view.model.of("watch")).toMatchObject([{ job_id: ready().id }]); // it may have been moved
});

test("a browser without the codec is told of as such", async () => {
  vi.spyOn(HTMLVideoElement.prototype, "canPlayType").mockReturnValue("");
  const [view] = await renderWidget(new FakeModel({ job: ready() }));
  view.root.querySelector("video")?.dispatchEvent(new Event("error"));
  await settle();
  expect(text(view.root.querySelector(".videogen-explanation"))).toContain("This browser can't play H.264");
});

test("a clip that was there before is not revealed, one that arrives is", async () => {
  const [old] = await renderWidget(new FakeModel({ job: ready() }));
  expect(old.root.querySelector("video")?.dataset["reveal"]).toBe("open");
  const [view] = await renderWidget(new FakeModel({ job: job({ progress: 90 }) }));
  view.model.set({ job: ready() });
  await settle();
  expect(view.root.querySelector("video")?.dataset["reveal"]).toBe("closed");
});

test("the theme follows the host while it is open", async () => {
  const [view] = await renderWidget(new FakeModel({ job: job() }));
  expect(view.root.dataset["theme"]).toBe("light");
  document.body.setAttribute("data-jp-theme-light", "false");
  await settle();
  expect(view.root.dataset["theme"]).toBe("dark");
  document.body.removeAttribute("data-jp-theme-light");
});

test("a request id is made also where the page is not secure", () => {
  const secure = vi.spyOn(crypto, "randomUUID");
  Object.defineProperty(crypto, "randomUUID", { value: undefined, configurable: true });
  const ids = [newRequestId(), newRequestId()];
  secure.mockRestore();
  expect(ids.every((id) => id.length === 32) && ids[0] !== ids[1]).toBe(true);
});

test("it works inside a shadow root", async () => {
  const host = document.createElement("div");
  document.body.append(host);
  const inner = document.createElement("div");
  host.attachShadow({ mode: "open" }).append(inner);
  const fake = new FakeModel({ form });
  const { initialize, render } = makeWidget();
  const endModel = initialize({ model: fake });
  const endView = render({ model: fake, el: inner });
  await settle();
  [...inner.querySelectorAll("button")].find((node) => text(node) === "Generate")?.click();
  expect(fake.of("generate")).toHaveLength(1);
  endView();
  endModel();
  host.remove();
});
