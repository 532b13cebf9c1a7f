import type { JupyterFrontEnd } from "@jupyterlab/application";
import type { INotebookTracker, Signal } from "@jupyterlab/notebook";
import { expect, test, vi } from "vitest";
import { Announcer, type Channel, type End, summarise } from "../lab/src/announcer";
import { keepBlobs } from "../lab/src/blobs";
import { MIME, readContent, savedForm, VIEW } from "../lab/src/bundle";
import { reconcile } from "../lab/src/dom";
import { GridEnds } from "../lab/src/grid-ends";
import {
  describe,
  describeRest,
  Forecast,
  type Job,
  minutes,
  percentOf,
  readEvent,
  SCHEMA,
  statusText,
  toMeters,
  toRows,
} from "../lab/src/jobs";
import { openWithoutKernels } from "../lab/src/no-kernels";
import { keepSavable } from "../lab/src/saving";

const record = (open: string) =>
  `<figure class="videogen-record" style="margin:0"><details${open}><summary>waves &lt;details&gt;</summary></details></figure>`;
const group = (open: string) =>
  `<details class="videogen-records"${open}><summary>2 clips</summary>${record(" open")}${record(" open")}</details>`;
const own = { v: 1, kind: "form", model_id: "m1" };
const view = { version_major: 2, version_minor: 0, model_id: "m1" };

test("a widget's output is saved without its view, and keeps what brings it back", () => {
  const note = "<p>Run the cell again.</p>";
  const saved = savedForm({ [MIME]: own, [VIEW]: view, "text/html": note, "text/plain": "videogen" });
  expect(saved).toEqual({ [MIME]: own, "text/html": note, "text/plain": "videogen" });
  expect(savedForm(saved ?? {})).toBeNull();
});

test("records are saved open, alone and several together, in one text or in lines", () => {
  for (const make of [record, group]) {
    const data = { [MIME]: { v: 1, kind: "records" }, "text/html": make("") };
    expect(savedForm(data)).toEqual({ ...data, "text/html": make(" open") });
    expect(savedForm({ ...data, "text/html": make(" open") })).toBeNull();
  }
  expect(savedForm({ "text/html": [`${record("")}\n`, record("")] })).toEqual({
    "text/html": `${record(" open")}\n${record(" open")}`,
  });
});

test("a notebook that was saved with a widget view gets words in its place", () => {
  const saved = savedForm({ [VIEW]: view, "text/plain": ["videogen"] });
  expect(saved?.[VIEW]).toBeUndefined();
  expect(saved?.[MIME]).toEqual(own);
  expect(saved?.["text/html"]).toContain("Run the cell again");
});

test("what is not ours is left as it is", () => {
  expect(savedForm({ [VIEW]: view, "text/plain": "IntSlider(value=0)" })).toBeNull();
  expect(savedForm({ "text/html": "<details><summary>theirs</summary></details>" })).toBeNull();
  expect(savedForm({ "text/plain": "videogen" })).toBeNull();
  expect(savedForm({ "image/png": "AAAA" })).toBeNull();
});

test("a notebook may hold anything in the place of what is ours", () => {
  const empty = { kind: "", modelId: "", jobs: [], grid: "" };
  for (const odd of [null, 7, "x", [], { kind: 1, model_id: {}, jobs: "no" }, { jobs: [null, { id: 1 }] }]) {
    expect(readContent({ [MIME]: odd })).toEqual(empty);
    expect(() => savedForm({ [MIME]: odd, [VIEW]: odd, "text/html": odd })).not.toThrow();
  }
  const job = { id: "k3q7x2ma", state: "succeeded", title: "waves" };
  expect(readContent({ [MIME]: { ...own, jobs: [job] } })).toEqual({
    kind: "form",
    modelId: "m1",
    jobs: [job],
    grid: "",
  });
});

const files = import.meta.glob<string>("../../labextension/**", {
  query: "?raw",
  import: "default",
  eager: true,
});
const read = (name: string) => files[`../../labextension/${name}`] ?? "";

interface Container {
  init(scope: unknown): void;
  get(
    name: string,
  ): Promise<() => { __esModule: boolean; default: { id: string; activate: () => unknown }[] }>;
}

/** Load the bundle as a page does, and give its container. */
function load(): Container {
  const { jupyterlab } = JSON.parse(read("package.json"));
  const page: { _JUPYTERLAB?: Record<string, Container> } = {};
  new Function("window", read(jupyterlab._build.load))(page);
  const container = page._JUPYTERLAB?.["jupyter-videogen"];
  if (!container) throw new Error("no container");
  return container;
}

test("the bundle rests in a host that lacks a package, and says so with a list of no plugins", async () => {
  for (const scope of [{}, { "@jupyterlab/notebook": { "4.2.5": { get: vi.fn() } } }]) {
    const container = load();
    container.init(scope);
    const made = (await container.get("./extension"))();
    expect(made).toMatchObject({ __esModule: true, default: [] });
  }
});

test("the bundle takes the newest version of every package that the page shares, and holds none of them", async () => {
  const container = load();
  const old = vi.fn();
  const given = {
    Panel: class {},
    Widget: class {},
    LabIcon: class {},
    EditorLanguageRegistry: { legacy: (parser: unknown) => parser },
    NotebookActions: {},
    Notification: {},
  };
  const versions = { "4.2.0": { get: old }, "4.10.0": { get: async () => () => given } };
  const scope = new Proxy({}, { get: () => versions });
  container.init(scope);
  const made = (await container.get("./extension"))();
  expect(made.__esModule).toBe(true);
  expect(made.default.map(({ id }) => id)).toEqual([
    "jupyter-videogen:outputs",
    "jupyter-videogen:new",
    "jupyter-videogen:prose",
    "jupyter-videogen:insert",
  ]);
  expect(old).not.toHaveBeenCalled();
  for (const plugin of made.default) expect(plugin.activate()).toBeUndefined(); // no notebooks to edit: nothing to do
  expect(Object.keys(files).filter((name) => name.includes("/static/"))).toHaveLength(1);
});

/** A signal of the host. */
function makeSignal<T>(): Signal<T> & { emit(value: T): void } {
  const slots = new Set<(sender: unknown, value: T) => void>();
  return {
    connect: (slot) => slots.size < slots.add(slot).size,
    disconnect: (slot) => slots.delete(slot),
    emit: (value) => {
      for (const slot of slots) slot(null, value);
    },
  };
}

/** A notebook that opens empty in the host, and what an output in its only cell becomes. */
async function openNotebook(collaborative: boolean) {
  const output = {
    data: {} as Record<string, unknown>,
    setData: ({ data }: { data?: object }) => set(data ?? {}),
  };
  const set = (data: object) => {
    output.data = { ...data };
    changed.emit(null);
  };
  const [changed, saveState, cellsChanged] = [makeSignal(), makeSignal<string>(), makeSignal()];
  const cells = Object.assign([{ outputs: { length: 1, get: () => output, changed } }], {
    changed: cellsChanged,
  });
  const context = { ready: Promise.resolve(), model: { dirty: false, collaborative, cells }, saveState };
  const visit = (see: (panel: unknown) => void) => see({ context });
  keepSavable({ forEach: visit, widgetAdded: makeSignal() } as unknown as INotebookTracker);
  await context.ready;
  return { output, set, saveState };
}

test("where the server writes the notebook, a widget's view is taken out at once, else when it is saved", async () => {
  for (const collaborative of [true, false]) {
    const { output, set, saveState } = await openNotebook(collaborative);
    set({ [MIME]: own, [VIEW]: view, "text/html": "<p>Again.</p>" });
    await Promise.resolve();
    expect(VIEW in output.data).toBe(!collaborative);
    saveState.emit("started");
    expect(output.data).toEqual({ [MIME]: own, "text/html": "<p>Again.</p>" });
  }
});

const job = (given: Partial<Job>): Job => ({
  id: "k3q7x2ma",
  version: 1,
  state: "running",
  over: false,
  progress: null,
  provider: "local",
  prompt: "waves",
  grid: "",
  created_at: 100,
  notebook: null,
  clips: [],
  starred: false,
  let_go: false,
  watched_by: "kernel",
  usual: null,
  cells: null,
  ...given,
});

test("the status item counts what goes on, with the percent of the first that is ready", () => {
  expect(statusText([])).toBe("");
  expect(statusText([job({})])).toBe("1 video");
  expect(statusText([job({ progress: 12.9 }), job({ progress: 63.4 }), job({})])).toBe("3 videos · 63 %");
});

test("the jobs of a grid are one row, and each row says what happens", () => {
  const jobs = [job({ id: "a", grid: "study-1" }), job({ id: "b" }), job({ id: "c", grid: "study-1" })];
  const rows = toRows(jobs);
  expect(rows.map(({ title, jobs }) => [title, jobs.length])).toEqual([
    ["study-1", 2],
    ["waves", 1],
  ]);
  const say = (row: (typeof rows)[number]) => describe(row, 163, new Forecast());
  expect(rows.map(say)).toEqual(["2 being made", "Making · 1:03"]);
  const lost = toRows([job({ state: "unknown_outcome", over: true, progress: 40 })]);
  expect(lost.map(say)).toEqual(["Outcome unknown"]);
  const cells = { ready: 73, clips: 120, open: 47, percent: 62.8 };
  const study = toRows([job({ id: "a", grid: "study-1", cells }), job({ id: "c", grid: "study-1", cells })]);
  expect(study.map(say)).toEqual(["73 of 120 · 2 being made"]);
  expect(study.map(percentOf)).toEqual([62]);
  expect(toRows([job({ usual: 70 })]).map(say)).toEqual(["Making · 1:03 of about 1:10"]);
  expect([0, 59.9, 61, 3661].map(minutes)).toEqual(["0:00", "0:59", "1:01", "1:01:01"]);
});

test("the time left is not guessed early, and counts down between two looks", () => {
  const forecast = new Forecast();
  const say = (progress: number | null, now: number) =>
    toRows([job({ progress })]).map((row) => describe(row, now, forecast))[0];
  expect(say(5, 140)).toBe("5 % · 0:40");
  expect(say(50, 105)).toBe("50 % · 0:05");
  expect(say(50, 140)).toBe("50 % · about 0:40 left");
  expect(say(50, 150)).toBe("50 % · about 0:30 left");
  expect(say(50, 200)).toBe("50 % · 1:40");
  expect(say(80, 200)).toBe("80 % · about 0:25 left");
  expect(say(100, 210)).toBe("100 % · 1:50");
});

test("the foot shows each limit, and no dollars where none are spent", () => {
  const none = { spent: 0, making: 0, limit: null, jobs: null, seconds: null };
  expect(toMeters(none)).toEqual([]);
  expect(toMeters({ ...none, spent: 0.4 })).toEqual([
    { label: "Spent in 24 hours", used: "$0.40", of: "", part: null },
  ]);
  const all = {
    spent: 0.5,
    making: 0.25,
    limit: 2,
    jobs: { used: 5, limit: 20 },
    seconds: { used: 8, limit: 0 },
  };
  expect(toMeters(all).map(({ used, of, part }) => [used + of, part])).toEqual([
    ["$0.50 of $2.00", 0.25],
    ["5 of 20", 0.25],
    ["8 of 0", 1],
  ]);
  expect(describeRest(all)).toEqual(["≈ $0.25 being made", "$1.25 left"]);
  expect(describeRest({ ...none, limit: 1 })).toEqual(["$1.00 left"]);
});

test("only whole events of ours are taken", () => {
  const said = { schema_id: SCHEMA, id: "a", version: 3, state: "running", over: false, prompt: "waves" };
  expect(readEvent(said)).toMatchObject({ id: "a", progress: null, starred: false });
  for (const odd of [
    null,
    7,
    {},
    { ...said, schema_id: "x" },
    { ...said, id: 1 },
    { ...said, version: "3" },
  ]) {
    expect(readEvent(odd)).toBeNull();
  }
});

/** Tabs that hear each other, and what each tells. */
function openTabs(...onView: boolean[]) {
  const channels: Channel[] = [];
  return onView.map((isOnView) => {
    const told: (readonly End[])[] = [];
    const channel: Channel = {
      onmessage: null,
      postMessage: (data) => {
        for (const one of channels) {
          if (one !== channel) one.onmessage?.call(one as BroadcastChannel, { data } as MessageEvent);
        }
      },
    };
    channels.push(channel);
    const tab = {
      isOnView: () => isOnView,
      hasOutput: () => isOnView,
      tell: (ends: readonly End[]) => told.push(ends),
    };
    return { told, announcer: new Announcer(channel, tab) };
  });
}

const end = (id: string): End => ({ id, state: "succeeded", title: id });

test("of several tabs one tells an end, and none where somebody sees the clip", () => {
  vi.useFakeTimers();
  try {
    const away = openTabs(false, false, false);
    for (const { announcer } of [...away, ...away]) announcer.ended(end("a"));
    vi.runAllTimers();
    expect(away.flatMap(({ told }) => told)).toEqual([[end("a")]]);
    const seen = openTabs(false, true);
    for (const { announcer } of seen) announcer.ended(end("b"));
    vi.runAllTimers();
    expect(seen.flatMap(({ told }) => told)).toEqual([]);
  } finally {
    vi.useRealTimers();
  }
});

test("a grid tells its end once, and what a person decides on at once", async () => {
  const told: End[] = [];
  const left = { ready: 1, clips: 3, open: 1, percent: 40 };
  let cells = left;
  const ends = new GridEnds(
    async (id) => job({ id, cells }),
    (one) => told.push(one),
  );
  await ends.hear(end("a"), "study-1");
  await ends.hear({ ...end("b"), state: "unknown_outcome" }, "study-1");
  await ends.hear(end("c"), null);
  expect(told.splice(0)).toEqual([{ ...end("b"), state: "unknown_outcome" }, end("c")]);
  cells = { ...left, ready: 2, open: 0 };
  await Promise.all([ends.hear(end("d"), "study-1"), ends.hear(end("e"), "study-1")]);
  expect(told.splice(0)).toEqual([{ id: "d", state: "grid_with_failures", title: "study-1 (2 of 3)" }]);
  cells = { ...cells, ready: 3 };
  await ends.hear(end("f"), "study-1");
  expect(summarise(told)).toEqual({ text: "Grid ready: study-1 (3 of 3)", isGood: true });
  await new GridEnds(
    async () => null,
    (one) => told.push(one),
  ).hear(end("g"), "study-1");
  expect(told).toHaveLength(1);
});

test("what ends within ten seconds is told together", () => {
  vi.useFakeTimers();
  try {
    const [tab] = openTabs(false);
    for (const id of ["a", "b", "c"]) {
      tab?.announcer.ended(end(id));
      vi.advanceTimersByTime(2000);
    }
    expect(tab?.told).toEqual([[end("a")]]);
    vi.runAllTimers();
    expect(tab?.told).toEqual([[end("a")], [end("b"), end("c")]]);
  } finally {
    vi.useRealTimers();
  }
  expect(summarise([end("a"), end("b")])).toEqual({ text: "2 clips ready", isGood: true });
  const lost = { ...end("c"), state: "unknown_outcome" };
  expect(summarise([lost])).toEqual({ text: "Outcome of a video unknown: c", isGood: false });
  expect(summarise([lost, end("a")])).toEqual({ text: "1 video not ready, 1 clip ready", isGood: false });
});

test("a list keeps the elements of what stays", () => {
  const list = document.createElement("ul");
  const draw = (_: string, old: HTMLElement | null) => old ?? document.createElement("li");
  const show = (...keys: string[]) => reconcile(list, keys, (key) => key, draw);
  show("a", "b");
  const [a, b] = list.children;
  show("c", "b", "a");
  expect([...list.children].slice(1)).toEqual([b, a]);
  show("b");
  expect([...list.children]).toEqual([b]);
});

test("a notebook asks for a kernel only where there is one to choose", async () => {
  for (const [names, shouldStart] of [
    [{}, false],
    [{ python3: {} }, true],
  ] as const) {
    let open: (panel: unknown) => void = () => {};
    const widgetAdded = {
      connect: (slot: (from: unknown, panel: unknown) => void) => (open = (panel) => slot(null, panel)),
    };
    const kernelspecs = { ready: Promise.resolve(), specs: { kernelspecs: names } };
    const app = { serviceManager: { kernelspecs } } as unknown as JupyterFrontEnd;
    openWithoutKernels(app, { widgetAdded } as unknown as INotebookTracker);
    const sessionContext = { kernelPreference: { shouldStart: true, language: "python" } };
    open({ sessionContext });
    await kernelspecs.ready;
    await Promise.resolve();
    expect(sessionContext.kernelPreference).toEqual({ shouldStart, language: "python" });
  }
});

test("a blob's address bears the query that the host adds, and other addresses stay", async () => {
  class Resolver {
    #base = "/files/";
    path = "lesson.ipynb";
    async getDownloadUrl(path: string): Promise<string> {
      return path.startsWith("made") ? `blob:http://localhost/${path}` : this.#base + path;
    }
  }
  const kept = keepBlobs(new Resolver()) as Resolver;
  const address = new URL(`${await kept.getDownloadUrl("made.mp4")}?1764500000000`);
  expect([address.pathname, address.search]).toEqual(["http://localhost/made.mp4", ""]);
  expect(await kept.getDownloadUrl("saved.mp4")).toBe("/files/saved.mp4");
  expect(kept.path).toBe("lesson.ipynb");
  expect(keepBlobs(null)).toBeNull();
});
