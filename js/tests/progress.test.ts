import { beforeEach, expect, test, vi } from "vitest";
import { advance, getBar } from "../src/kernel/progress";
import { getInk } from "../src/result/dot-canvas";
import { FakeModel, job, line2, ready, renderWidget, START, settle, setUpTests, type Widget } from "./kit";

let widget: Widget;
setUpTests();
beforeEach(async () => {
  [widget] = await renderWidget(new FakeModel({ job: job({ progress: 30 }) }));
});
const bar = () => widget.root.querySelector("[role=progressbar]");
const now = () => bar()?.getAttribute("aria-valuenow") ?? null;

test("a percent never runs backwards", async () => {
  const seen: (string | null)[] = [];
  for (const progress of [30, 62, 41, 70, null]) {
    widget.model.set({ job: job({ progress }) });
    await settle();
    seen.push(now());
  }
  expect(seen).toEqual(["30", "62", "62", "70", "70"]);
});

test("a percent is never invented", async () => {
  widget.model.set({ job: job({ id: "other", progress: null }) });
  await settle(60_000);
  expect([now(), bar()?.getAttribute("data-mode")]).toEqual([null, "indeterminate"]);
});

test("a new job starts its own count", async () => {
  widget.model.set({ job: job({ id: "other", progress: 5 }) });
  await settle();
  expect(now()).toBe("5");
});

test("saving after a known percent keeps the bar full and counts bytes in words", () => {
  const made = advance(null, job({ progress: 90 }));
  const saving = job({ state: "saving", saved_bytes: 1, total_bytes: 10 });
  expect(getBar("saving", advance(made, saving))).toEqual({ percent: null, width: 100 });
  expect(getBar("saving", advance(null, saving))).toEqual({ percent: 10, width: 10 });
});

test("nonsense from a service stays between nothing and everything", () => {
  const reported = [Number.NaN, -4, 250].map((progress) => advance(null, job({ progress }))?.generating);
  expect(reported).toEqual([null, 0, 100]);
});

test("ink ends where the percent ends, and has no edge where nothing was measured", () => {
  const at = (percent: number | null, across: number) =>
    getInk({ mode: "fill", percent, prompt: "" }, across, () => 0);
  expect([at(62, 0.5), at(62, 0.7), at(0, 0), at(100, 1)]).toEqual([1, 0, 0, 1]);
  expect(at(null, 0.1)).toBe(at(null, 0.9));
});

test("the clock ticks without a word from the kernel, which is greeted where it is silent for ten seconds", async () => {
  widget.model.set({ job: job() });
  await settle();
  const before = widget.model.sent.length;
  await settle(9_000);
  expect(line2(widget)).toBe("30 % · 0:09");
  expect(widget.model.sent).toHaveLength(before);
  await settle(32_000);
  expect(line2(widget)).toBe("30 % · 0:41 · about 1:35 left");
  expect(widget.model.sent.slice(before).map((message) => (message as { type: string }).type)).toEqual(
    Array(4).fill("hello"),
  );
});

test("the kernel's clock corrects the page's", async () => {
  widget.model.ack(widget.model.of("hello")[0], { now: START + 100 });
  await settle();
  expect(line2(widget)).toBe("30 % · 1:40 · about 3:53 left");
});

test("the clock stops when the job ends", async () => {
  widget.model.set({ job: ready() });
  await settle(5000);
  expect(vi.getTimerCount()).toBe(0);
});

const picture = (of: string) => {
  const bytes = new DataView(new Uint8Array([255, 216, 255]).buffer);
  widget.model.emit("msg:custom", { type: "preview", v: 1, job_id: of }, [bytes]);
};
const shown = () => widget.root.querySelector<HTMLImageElement>(".videogen-preview")?.src ?? "";

test("a preview is shown until the clip is there, and each one's address is given back", async () => {
  const [made, revoked] = [vi.spyOn(URL, "createObjectURL"), vi.spyOn(URL, "revokeObjectURL")];
  widget.model.set({ job: job({ progress: 30 }) });
  picture("another");
  await settle();
  expect(shown()).toBe("");
  picture(job().id);
  await settle();
  const first = shown();
  expect(first).toMatch(/^blob:/);
  picture(job().id);
  await settle();
  expect(shown()).not.toBe(first);
  expect(revoked).toHaveBeenCalledWith(first);
  widget.model.set({ job: ready() });
  await settle();
  expect(shown()).toBe("");
  expect(revoked).toHaveBeenCalledTimes(made.mock.calls.length);
});

test("a preview that can't be decoded leaves the dots", async () => {
  widget.model.set({ job: job({ progress: 30 }) });
  picture(job().id);
  await settle();
  widget.root.querySelector(".videogen-preview")?.dispatchEvent(new Event("error"));
  await settle();
  expect(shown()).toBe("");
});
