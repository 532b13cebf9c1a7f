import type { INotebookTracker, Signal } from "@jupyterlab/notebook";
import { expect, test, vi } from "vitest";
import { MIME, readContent, savedForm, VIEW } from "../lab/src/bundle";
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
  const empty = { kind: "", modelId: "", jobs: [] };
  for (const odd of [null, 7, "x", [], { kind: 1, model_id: {}, jobs: "no" }, { jobs: [null, { id: 1 }] }]) {
    expect(readContent({ [MIME]: odd })).toEqual(empty);
    expect(() => savedForm({ [MIME]: odd, [VIEW]: odd, "text/html": odd })).not.toThrow();
  }
  const job = { id: "k3q7x2ma", state: "succeeded", title: "waves" };
  expect(readContent({ [MIME]: { ...own, jobs: [job] } })).toEqual({
    kind: "form",
    modelId: "m1",
    jobs: [job],
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
