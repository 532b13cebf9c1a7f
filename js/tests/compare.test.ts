import { expect, test, vi } from "vitest";
import type { JobView } from "../src/kernel/protocol.gen";
import {
  error,
  FakeModel,
  job,
  ready,
  renderWidget,
  START,
  settle,
  setUpTests,
  text,
  type Widget,
} from "./kit";

let widget: Widget;
let fake: FakeModel;

const open = async (...jobs: JobView[]) => {
  fake = new FakeModel({ compared: jobs });
  [widget] = await renderWidget(fake);
};
const find = <T extends HTMLElement = HTMLElement>(selector: string) =>
  widget.root.querySelector<T>(selector) as T;
const figures = () => [...widget.root.querySelectorAll<HTMLElement>(".videogen-clip")];
const click = async (label: string) => {
  find<HTMLButtonElement>(`[aria-label="${label}"]`).click();
  await settle();
};
const other = (change: Partial<JobView> = {}): JobView =>
  ready({ id: "other000", model: "kling-o3", request: { ...job().request, model: "kling-o3" }, ...change });
/** A video as long as that; happy-dom plays nothing. */
const lengthen = (video: HTMLVideoElement | undefined, seconds: number) => {
  if (!video) return;
  Object.defineProperty(video, "duration", { value: seconds, configurable: true });
  video.dispatchEvent(new Event("loadedmetadata"));
};

setUpTests(30);

test("each is seen being made: its percent, its time, and all together", async () => {
  await open(
    job({ state: "running", progress: 62, usual: 60, created_at: START }),
    other({
      state: "running",
      progress: null,
      usual: 70,
      clip: null,
      clips: [],
      finished_at: null,
      created_at: START,
    }),
    other({ id: "third000", state: "queued", progress: null, status: "2nd in line", clip: null, clips: [] }),
  );
  const [first, second, third] = figures();
  expect(text(first)).toContain("62 %about 30 s left");
  expect(first?.querySelector("[role=progressbar]")?.getAttribute("aria-valuenow")).toBe("62");
  expect(text(second)).toContain("0:30usually about 1 min 10 s");
  expect(second?.querySelector("[role=progressbar]")?.hasAttribute("aria-valuenow")).toBe(false);
  expect(text(third)).toContain("2nd in line");
  expect(text(find(".videogen-compared-total"))).toContain("0 of 3 ready");
  expect(find(".videogen-playback-bar")).toBeNull();
});

test("the clock takes the place of the total when all have ended", async () => {
  await open(job({ state: "running", progress: 90 }), other());
  fake.set({ compared: [ready(), other()] });
  await settle();
  expect(find(".videogen-compared-total")).toBeNull();
  expect(find(".videogen-playback-bar")).not.toBeNull();
});

test("what all share is said once, what differs under each", async () => {
  await open(ready(), other());
  expect(text(find(".videogen-meta"))).toBe("Same: prompt, 8 s, 1280×720, seed 418. Different: model.");
  expect(figures().map((one) => text(one.querySelector(".videogen-value")))).toEqual(["wan-2.7", "kling-o3"]);
});

test("one that failed says why and what to do, and the others play", async () => {
  const failed = { state: "failed", clip: null, clips: [], finished_at: null } as const;
  await open(
    ready(),
    other({ ...failed, error: error({ message: "Held back by the filter.", next: "Edit the prompt." }) }),
  );
  expect(text(figures()[1])).toContain("Held back by the filter. · Edit the prompt.");
  expect(widget.root.querySelectorAll("video")).toHaveLength(1);
});

test("the whole picture is the slider of a wipe", async () => {
  await open(ready(), other());
  const wipe = [...widget.root.querySelectorAll("label")].find((label) => text(label) === "Wipe");
  wipe?.querySelector("input")?.click();
  await settle();
  const slider = find<HTMLInputElement>("[aria-label='Where A ends and B begins']");
  expect(slider.getAttribute("aria-valuetext")).toBe("50 percent A");
  slider.dispatchEvent(
    new KeyboardEvent("keydown", { key: "ArrowLeft", shiftKey: true, bubbles: true, cancelable: true }),
  );
  await settle();
  expect(slider.getAttribute("aria-valuetext")).toBe("40 percent A");
});

test("a shorter clip waits at its end, and all begin again together", async () => {
  await open(ready(), other());
  const [long, short] = [...widget.root.querySelectorAll<HTMLVideoElement>(".videogen-clip video")];
  const played = vi.spyOn(HTMLVideoElement.prototype, "play").mockResolvedValue();
  lengthen(long, 8);
  lengthen(short, 4);
  played.mockClear();
  short?.dispatchEvent(new Event("ended"));
  expect(played).not.toHaveBeenCalled();
  if (long) long.currentTime = 8;
  long?.dispatchEvent(new Event("ended"));
  expect(long?.currentTime).toBe(0);
  expect(played).toHaveBeenCalledTimes(2);
});

test("each clip is shifted by frames, and the last end counts", async () => {
  await open(ready(), other());
  const [first, second] = [...widget.root.querySelectorAll<HTMLVideoElement>(".videogen-clip video")];
  lengthen(first, 8);
  lengthen(second, 8);
  await click("Shift by frames");
  for (let count = 0; count < 12; count++) await click("B one frame later");
  expect(text(find(".videogen-time"))).toContain("/ 8.5");
  const position = find<HTMLInputElement>("[aria-label='Position']");
  position.value = "4";
  position.dispatchEvent(new Event("input", { bubbles: true }));
  await settle();
  expect([first?.currentTime, second?.currentTime]).toEqual([4, 3.5]);
});
