import { afterEach, beforeEach, expect, test, vi } from "vitest";
import {
  button,
  clip,
  FakeModel,
  form,
  ready,
  renderWidget,
  START,
  serveClip,
  settle,
  setUpTests,
  text,
  type Widget,
} from "./kit";

const BYTES = 5_000_000;
const stored = { ...clip, bytes: BYTES };
const job = ready({ clip: stored, clips: [stored] });
const MIB = 1 << 20;
let widget: Widget;
const urls = { made: 0, revoked: 0 };
const draw = async (bytes = BYTES) => {
  const one = { ...clip, bytes };
  [widget] = await renderWidget(new FakeModel({ form, job: { ...job, clip: one, clips: [one] } }));
};
const video = () => widget.root.querySelector<HTMLVideoElement>(".videogen-result video");
/** Answer a piece as the kernel does: the ack, and its bytes beside it. */
const give = async (at: number, length?: number) => {
  const asked = widget.model.of("fetch")[at];
  const size = length ?? Math.min(asked?.length ?? 0, BYTES - (asked?.offset ?? 0));
  const ack = { type: "ack", v: 1, request_id: asked?.request_id, ok: true, now: START };
  widget.model.emit("msg:custom", ack, [new DataView(new ArrayBuffer(size))]);
  await settle(10);
};

setUpTests();
beforeEach(() => {
  Object.assign(urls, { made: 0, revoked: 0 });
  vi.spyOn(URL, "createObjectURL").mockImplementation(() => `blob:${++urls.made}`);
  vi.spyOn(URL, "revokeObjectURL").mockImplementation(() => void urls.revoked++);
  vi.mocked(fetch).mockImplementation(async () => new Response("login", { status: 200 }));
});
afterEach(() => {
  vi.mocked(fetch).mockImplementation(serveClip);
});

test("an address is used when it leads to the very file, and asked for one byte to know", async () => {
  vi.mocked(fetch).mockImplementation(
    async () => new Response("", { status: 206, headers: { "content-range": `bytes 0-0/${BYTES}` } }),
  );
  await draw();
  expect(video()?.getAttribute("src")).toBe("/files/videogen/paper%20boat%231.mp4");
  expect(vi.mocked(fetch).mock.calls[0]?.[1]).toMatchObject({ headers: { Range: "bytes=0-0" } });
  expect(widget.model.of("fetch")).toEqual([]);
});

test("a server that gives no single byte is passed over: nobody could seek in what it gives", async () => {
  vi.mocked(fetch).mockImplementation(
    async () => new Response("", { status: 200, headers: { "content-length": String(BYTES) } }),
  );
  await draw();
  expect(video()).toBeNull();
  expect(widget.model.of("fetch")).toHaveLength(3);
});

test("elsewhere the clip comes from the kernel, a few pieces at a time, and is one object for all views", async () => {
  await draw();
  expect(widget.model.of("fetch").map(({ offset }) => offset)).toEqual([0, 2 * MIB, 4 * MIB]);
  expect(video()).toBeNull();
  await give(1);
  expect(text(widget.root.querySelector(".videogen-clip-progress"))).toBe("Loading the clip: 2.1 of 5 MB");
  await give(0);
  await give(2);
  expect(video()?.getAttribute("src")).toBe("blob:1");
  widget.end();
  expect(urls).toEqual({ made: 1, revoked: 1 });
});

test("a piece that was lost in a flood is asked for again", async () => {
  await draw();
  await give(0);
  await give(2);
  await settle(6000);
  expect(widget.model.of("fetch").map(({ offset }) => offset)).toEqual([0, 2 * MIB, 4 * MIB, 2 * MIB]);
  await give(3);
  expect(video()?.getAttribute("src")).toBe("blob:1");
});

test("on a line so slow that every piece is asked for again, the late answers count", async () => {
  await draw();
  await settle(6000);
  expect(widget.model.of("fetch")).toHaveLength(6);
  for (const at of [0, 1, 2]) await give(at);
  expect(video()?.getAttribute("src")).toBe("blob:1");
  await settle(60_000);
  expect(widget.model.of("fetch")).toHaveLength(6);
});

test("what is lost on a quick line is asked for again soon, and ever more seldom while nobody answers", async () => {
  await draw(40_000_000);
  for (let at = 0; at < 16; at++) await give(at, 2 * MIB);
  const asked = widget.model.of("fetch").length;
  await settle(1100);
  expect(widget.model.of("fetch").length).toBeGreaterThan(asked);
  await settle(60_000);
  const later = widget.model.of("fetch").length;
  expect(later - asked).toBeLessThanOrEqual(4 * 7);
});

test("a large clip waits for somebody to want it", async () => {
  await draw(180_000_000);
  expect(widget.model.of("fetch")).toEqual([]);
  button(widget, "Load 180 MB").click();
  await settle();
  expect(widget.model.of("fetch")).toHaveLength(4);
});

test("a clip that the kernel does not have either is told with its place", async () => {
  await draw();
  const failed = {
    code: "error",
    message: "gone",
    next: "",
    field: null,
    sent: "no",
    charged: "no",
  } as const;
  widget.model.ack(widget.model.of("fetch")[0], {
    ok: false,
    error: { ...failed, request_id: null, retry_after: null, billing: "" },
  });
  await settle();
  expect(text(widget.root.querySelector(".videogen-headline"))).toBe("The clip can't be played from here");
});
