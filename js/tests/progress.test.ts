import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { advance, barOf } from "../src/kernel/progress";
import { exposure } from "../src/result/dot-canvas";
import { FakeModel, job, line2, ready, type Shown, START, settle, show } from "./kit";

let shown: Shown;
beforeEach(async () => {
  vi.useFakeTimers();
  vi.setSystemTime(START * 1000);
  [shown] = await show(new FakeModel({ job: job({ progress: 30 }) }));
});
afterEach(() => {
  shown.end();
  vi.useRealTimers();
});
const bar = () => shown.root.querySelector("[role=progressbar]");
const now = () => bar()?.getAttribute("aria-valuenow") ?? null;

test("a percent never runs backwards", async () => {
  const seen: (string | null)[] = [];
  for (const progress of [30, 62, 41, 70, null]) {
    shown.model.set({ job: job({ progress }) });
    await settle();
    seen.push(now());
  }
  expect(seen).toEqual(["30", "62", "62", "70", "70"]);
});

test("a percent is never invented", async () => {
  shown.model.set({ job: job({ id: "other", progress: null }) });
  await settle(60_000);
  expect([now(), bar()?.getAttribute("data-mode")]).toEqual([null, "drift"]);
});

test("a new job starts its own count", async () => {
  shown.model.set({ job: job({ id: "other", progress: 5 }) });
  await settle();
  expect(now()).toBe("5");
});

test("saving after a known percent keeps the bar full and counts bytes in words", () => {
  const made = advance(null, job({ progress: 90 }));
  const saving = job({ state: "saving", saved_bytes: 1, total_bytes: 10 });
  expect(barOf("saving", advance(made, saving))).toEqual({ known: null, drawn: 100 });
  expect(barOf("saving", advance(null, saving))).toEqual({ known: 10, drawn: 10 });
});

test("nonsense from a service stays between nothing and everything", () => {
  const reported = [Number.NaN, -4, 250].map((progress) => advance(null, job({ progress }))?.making);
  expect(reported).toEqual([null, 0, 100]);
});

test("ink ends where the percent ends, and has no edge where nothing was measured", () => {
  const at = (percent: number | null, across: number) =>
    exposure({ mode: "fill", percent, prompt: "" }, across, () => 0);
  expect([at(62, 0.5), at(62, 0.7), at(0, 0), at(100, 1)]).toEqual([1, 0, 0, 1]);
  expect(at(null, 0.1)).toBe(at(null, 0.9));
});

test("the clock ticks without a word from the kernel, which is greeted where it is silent for ten seconds", async () => {
  shown.model.set({ job: job() });
  await settle();
  const before = shown.model.sent.length;
  await settle(9_000);
  expect(line2(shown)).toBe("30 % · 0:09");
  expect(shown.model.sent).toHaveLength(before);
  await settle(32_000);
  expect(line2(shown)).toBe("30 % · 0:41 · about 1:35 left");
  expect(shown.model.sent.slice(before).map((message) => (message as { type: string }).type)).toEqual(
    Array(4).fill("hello"),
  );
});

test("the kernel's clock corrects the page's", async () => {
  shown.model.ack(shown.model.of("hello")[0], { now: START + 100 });
  await settle();
  expect(line2(shown)).toBe("30 % · 1:40 · about 3:53 left");
});

test("the clock stops when the job ends", async () => {
  shown.model.set({ job: ready() });
  await settle(5000);
  expect(vi.getTimerCount()).toBe(0);
});
