/** What a page does where its kernel has gone and the server has our routes. */

import { afterEach, expect, test, vi } from "vitest";
import { FedRecords } from "../lab/src/fed-records";
import type { Feed } from "../lab/src/feed";
import { JobFeed } from "../lab/src/job-feed";
import { type Event, PACE } from "../lab/src/jobs";
import type { JobServer, Told } from "../src/kernel/host";
import type { JobView } from "../src/kernel/protocol.gen";
import {
  button,
  buttons,
  clip,
  error,
  FakeModel,
  form,
  job,
  line1,
  line2,
  ready,
  renderWidget,
  START,
  serveClip,
  settle,
  setUpTests,
  text,
  type Widget,
} from "./kit";

const HOST = Symbol.for("jupyter-videogen.lab");
const ROUTE = "/me/jupyter-videogen/clips/k3q7x2ma/0";
let widget: Widget;

/** The server's half, as the extension offers it. */
class FakeServer implements JobServer {
  readonly takers = new Map<string, (told: Told) => void>();
  readonly asked: object[] = [];
  refusal = "";

  follow(id: string, take: (told: Told) => void, until: AbortSignal): void {
    this.takers.set(id, take);
    until.addEventListener("abort", () => this.takers.delete(id));
  }
  act = async (asked: object): Promise<string> => {
    this.asked.push(asked);
    return this.refusal;
  };
  clipUrl = (id: string, take: number) => `/me/jupyter-videogen/clips/${id}/${take}`;
  async tell(view: JobView, change: Partial<Told> = {}): Promise<void> {
    this.takers.get(view.id)?.({ now: null, watched: true, job: view, ...change });
    await settle();
  }
}

let server: FakeServer;
const offer = (host: object) => Object.defineProperty(globalThis, HOST, { value: host, configurable: true });
const hasRoutes = () => {
  server = new FakeServer();
  offer({ server, asked: Promise.resolve() });
};
async function lose(): Promise<void> {
  widget.model.comm_live = false;
  widget.model.emit("comm_live_update");
  await settle();
}
const tools = () =>
  [...widget.root.querySelectorAll(".videogen-job-actions :is(button, a), .videogen-footer .videogen-button")]
    .filter((node) => !node.closest("[inert]"))
    .map((node) => text(node) || node.getAttribute("aria-label"));

setUpTests(12);
afterEach(() => {
  Reflect.deleteProperty(globalThis, HOST);
  vi.mocked(fetch).mockImplementation(serveClip);
});

test("a card whose kernel lives is never fed by the server", async () => {
  hasRoutes();
  [widget] = await renderWidget(new FakeModel({ job: job({ progress: 40 }) }));
  expect(server.takers.size).toBe(0);
  button(widget, "Stop watching").click();
  expect(widget.model.of("detach")).toHaveLength(1);
  expect(server.asked).toEqual([]);
});

test("without its kernel a card counts on, and becomes the player", async () => {
  hasRoutes();
  [widget] = await renderWidget(new FakeModel({ job: job({ progress: 40 }) }));
  await lose();
  await server.tell(job({ progress: 40 }), { now: START + 30 });
  expect([line1(widget), line2(widget)]).toEqual(["Making the video", "40 % · 0:30 · about 0:45 left"]);
  await server.tell(job({ progress: 80 }));
  expect(line2(widget)).toContain("80 %");
  await server.tell(ready({ clip: { ...clip, src: "elsewhere.mp4" }, clips: [clip] }));
  expect(line1(widget)).toBe("Ready in 1 min 6 s");
  expect(widget.root.querySelector(".videogen-result video")?.getAttribute("src")).toBe(ROUTE);
  expect(tools()).toEqual(["Save as", "Star"]);
});

test("what nobody watches is said so, as where there is no server", async () => {
  hasRoutes();
  [widget] = await renderWidget(new FakeModel({ job: job({ progress: 40 }) }));
  await lose();
  await server.tell(job({ progress: 40, needs_kernel: true }), { watched: false });
  expect(line1(widget)).toBe("The notebook's kernel isn't running");
  await server.tell(job({ progress: 41 }));
  expect(line1(widget)).toBe("Making the video");
});

test("Cancel, Stop watching and Watch are the server's, and its refusal is shown", async () => {
  hasRoutes();
  [widget] = await renderWidget(new FakeModel({ job: job({ can_cancel: true }) }));
  await lose();
  await server.tell(job({ can_cancel: true }));
  expect(buttons(widget)).toEqual(["Cancel"]);
  server.refusal = "The job's key can't be read here.";
  button(widget, "Cancel").click();
  await settle();
  expect(server.asked).toEqual([{ type: "cancel", job_id: "k3q7x2ma" }]);
  expect(text(widget.root.querySelector(".videogen-notice"))).toContain("The job's key can't be read here.");
  server.refusal = "";
  await server.tell(job({ detached: true }));
  button(widget, "Watch").click();
  await settle();
  expect(server.asked.at(-1)).toEqual({ type: "watch", job_id: "k3q7x2ma" });
  expect(widget.model.sent.filter(({ type }) => type !== "hello")).toEqual([]);
});

test("a star is set by the server", async () => {
  hasRoutes();
  [widget] = await renderWidget(new FakeModel({ job: ready() }));
  await lose();
  const star = () => widget.root.querySelector<HTMLElement>(".videogen-job-actions [aria-label=Star]");
  star()?.click();
  await settle();
  expect(server.asked).toEqual([{ type: "star", job_id: "k3q7x2ma", on: true }]);
  expect(star()?.getAttribute("aria-pressed")).toBe("true");
});

const lost = { state: "unknown_outcome", error: error({ code: "outcome_unknown" }) } as const;
test.each([
  ["a lost answer", job(lost)],
  [
    "a failure with something to mend",
    job({ state: "failed", error: error({ code: "auth", field: "key" }) }),
  ],
  ["a job that its provider no longer knew", job({ state: "expired" })],
  ["suggestions", ready({ suggestions: ["a kite"] })],
])("nothing is offered that only a kernel could do: %s", async (_, view) => {
  hasRoutes();
  [widget] = await renderWidget(new FakeModel({ job: job() }));
  await lose();
  await server.tell(view);
  expect(buttons(widget)).toEqual([]);
});

test("a form's other jobs and a comparison are told of, too", async () => {
  hasRoutes();
  const beside = job({ id: "beside22", prompt: "A kite" });
  [widget] = await renderWidget(new FakeModel({ form, job: job(), queue: [beside] }));
  await lose();
  expect([...server.takers.keys()].sort()).toEqual(["beside22", "k3q7x2ma"]);
  [widget] = await renderWidget(new FakeModel({ compared: [job({ id: "compared" }), ready()] }));
  await lose();
  expect(server.takers.has("compared")).toBe(true);
});

test("a kernel that is there again knows better", async () => {
  hasRoutes();
  [widget] = await renderWidget(new FakeModel({ job: job({ progress: 40 }) }));
  await lose();
  const [take] = server.takers.values();
  widget.model.comm_live = true;
  widget.model.set({ job: job({ progress: 50 }) });
  await settle();
  take?.({ now: null, watched: true, job: job({ progress: 45 }) });
  await settle();
  expect(line2(widget)).toContain("50 %");
  expect(server.takers.size).toBe(0);
});

test("a kernel that was shut down without a word is missed", async () => {
  hasRoutes();
  const fake = new FakeModel({ job: job({ progress: 40 }) });
  const manager = {
    resolveUrl: async (url: string) => `/files/${url}`,
    kernel: { status: "idle" } as unknown,
  };
  fake.widget_manager = manager;
  [widget] = await renderWidget(fake);
  await settle(4000);
  expect(server.takers.size).toBe(0);
  manager.kernel = null;
  await settle(4000);
  expect(server.takers.size).toBe(1);
});

test("a host that throws where the kernel has gone is no fault of the page", async () => {
  hasRoutes();
  [widget] = await renderWidget(new FakeModel({ job: job({ progress: 40 }) }));
  widget.model.send = () => {
    throw new Error("Cannot send");
  };
  button(widget, "Stop watching").click();
  await settle();
  expect(server.takers.size).toBe(1);
});

const files: Record<string, number> = {};
const serve = async (url: RequestInfo | URL): Promise<Response> => {
  const bytes = files[String(url)];
  if (bytes === undefined) return new Response("", { status: 404 });
  return new Response("", { status: 206, headers: { "content-range": `bytes 0-0/${bytes}` } });
};

test("a clip outside of the server's folders comes by its job's id", async () => {
  hasRoutes();
  vi.mocked(fetch).mockImplementation(serve);
  Object.assign(files, { [ROUTE]: clip.bytes });
  [widget] = await renderWidget(new FakeModel({ job: ready() }));
  expect(widget.root.querySelector(".videogen-result video")?.getAttribute("src")).toBe(ROUTE);
  expect(widget.model.of("fetch")).toEqual([]);
});

test("another file in the clip's place is not played, and without routes the kernel gives the pieces", async () => {
  hasRoutes();
  vi.mocked(fetch).mockImplementation(serve);
  files[ROUTE] = 7;
  [widget] = await renderWidget(new FakeModel({ job: ready() }));
  expect(widget.model.of("fetch").length).toBeGreaterThan(0);
  offer({ asked: Promise.resolve() });
  [widget] = await renderWidget(new FakeModel({ job: ready({ id: "other222" }) }));
  expect(widget.model.of("fetch").length).toBeGreaterThan(0);
});

test("without its kernel, a clip that is gone is said so at once", async () => {
  hasRoutes();
  [widget] = await renderWidget(new FakeModel({ job: job() }));
  await lose();
  vi.mocked(fetch).mockImplementation(async () => new Response("", { status: 404 }));
  await server.tell(ready());
  expect(line1(widget)).toBe("The clip can't be played from here");
  vi.mocked(fetch).mockImplementation(serveClip);
  button(widget, "Find it").click();
  await settle();
  expect(widget.root.querySelector(".videogen-result video")).not.toBeNull();
});

/** A feed whose answers come from `views`. */
function makeFeed(views: Record<string, Told | "unknown" | null>) {
  const hearers: ((event: Event) => void)[] = [];
  const feed = {
    hear: (hearer: (event: Event) => void) => hearers.push(hearer),
    whenThere: async () => true,
    view: vi.fn(async (id: string) => views[id] ?? null),
    page: vi.fn(async () => null),
    address: (path: string) => `/me/${path}`,
    cancel: vi.fn(async () => ""),
    change: vi.fn(async () => ""),
  };
  const say = (change: Partial<Event>) => {
    const event = {
      id: "k3q7x2ma",
      version: 2,
      state: "running",
      over: false,
      progress: null,
      prompt: "",
      starred: false,
    };
    for (const hearer of hearers) hearer({ ...event, ...change });
  };
  return { feed, say, jobs: new JobFeed(feed as unknown as Feed) };
}
const told = (view: JobView, watched = true): Told => ({ now: START, watched, job: view });

test("a number comes with its event, anything else is looked at, and so is silence", async () => {
  const views: Record<string, Told> = { k3q7x2ma: told(job({ progress: 10 })) };
  const { feed, say, jobs } = makeFeed(views);
  const end = new AbortController();
  const heard: (number | null)[] = [];
  jobs.follow("k3q7x2ma", ({ job: one }) => heard.push(one.progress), end.signal);
  await settle(0);
  say({ progress: 20 });
  say({ id: "another2", progress: 90 });
  expect([heard, feed.view.mock.calls.length]).toEqual([[10, 20], 1]);
  await settle(PACE);
  expect(feed.view).toHaveBeenCalledTimes(2);
  views["k3q7x2ma"] = told(ready());
  say({ state: "succeeded", over: true });
  await settle(PACE * 4);
  expect(feed.view).toHaveBeenCalledTimes(3);
  end.abort();
});

test("nobody asks for a job that nobody looks at, or that the server does not know", async () => {
  const { feed, jobs } = makeFeed({ k3q7x2ma: told(job()), unknown2: "unknown" });
  const end = new AbortController();
  for (const id of ["k3q7x2ma", "unknown2"]) jobs.follow(id, () => undefined, end.signal);
  await settle(0);
  end.abort();
  await settle(PACE * 3);
  expect(feed.view).toHaveBeenCalledTimes(2);
});

test("what a page asks for goes to its route, and the job is looked at then", async () => {
  const { feed, jobs } = makeFeed({ k3q7x2ma: told(job()) });
  jobs.follow("k3q7x2ma", () => undefined, new AbortController().signal);
  await settle(0);
  for (const asked of [{ type: "cancel" }, { type: "detach" }, { type: "watch" }, { type: "star", on: true }])
    await jobs.act({ job_id: "k3q7x2ma", ...asked });
  expect(feed.cancel).toHaveBeenCalledWith("k3q7x2ma");
  expect(feed.change.mock.calls).toEqual([
    ["k3q7x2ma", "watch", false],
    ["k3q7x2ma", "watch", true],
    ["k3q7x2ma", "star", true],
  ]);
  expect(feed.view).toHaveBeenCalledTimes(5);
});

const figures = '<figure class="videogen-record">one</figure><figure class="videogen-record">two</figure>';
const saved = (state: string, id = "k3q7x2ma") => ({ id, state, title: "" });

test.each([
  ["its job has ended as the record says", [saved("succeeded"), saved("unknown_outcome", "lost2222")], 0],
  ["nobody watches its job", [saved("succeeded"), saved("running", "unwatch2")], 0],
  ["there is more to tell", [saved("running"), saved("running", "running2")], 1],
  ["the figures are of other jobs", [saved("running")], 0],
])("a saved record is drawn as a card only where there is more to tell: %s", async (_, those, pages) => {
  const { feed, jobs } = makeFeed({
    k3q7x2ma: told(ready()),
    running2: told(job({ id: "running2" })),
    lost2222: told(job({ id: "lost2222", ...lost })),
    unwatch2: told(job({ id: "unwatch2" }), false),
  });
  const node = document.createElement("div");
  node.innerHTML = figures;
  const end = new AbortController();
  await new FedRecords(feed as unknown as Feed, jobs).enliven(node, those, {}, end.signal);
  await settle();
  expect(feed.page.mock.calls.length > 0).toBe(pages > 0);
  expect(node.querySelectorAll("figure[hidden]")).toHaveLength(0); // the page did not come: the record stays
  end.abort();
});
