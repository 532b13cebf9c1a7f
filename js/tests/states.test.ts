import { afterEach, describe, expect, test, vi } from "vitest";
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

let widget: Widget;
setUpTests(12);
afterEach(() => {
  vi.mocked(fetch).mockImplementation(serveClip);
});
const draw = async (view: JobView | null, withForm = false) => {
  [widget] = await renderWidget(new FakeModel({ job: view, form: withForm ? form : null }));
};

type Case = readonly [name: string, job: JobView, first: string, second: string, buttons: readonly string[]];
const cases: readonly Case[] = [
  ["draft", job({ state: "draft" }), "Sending to AIHubMix…", "0:12", ["Stop watching"]],
  ["submitting", job({ state: "submitting" }), "Sending to AIHubMix…", "0:12", ["Stop watching"]],
  ["queued", job({ state: "queued", can_cancel: true }), "Waiting to start", "0:12", ["Cancel"]],
  ["queued without cancel", job({ state: "queued" }), "Waiting to start", "0:12", ["Stop watching"]],
  [
    "running without a percent, with a history",
    job({ usual: 70, runs: 12 }),
    "Making the video",
    "0:12 · usually about 1 min 10 s (12 runs)",
    ["Stop watching"],
  ],
  [
    "running with a percent",
    job({ progress: 62.7 }),
    "Making the video",
    "62 % · 0:12 · about 0:07 left",
    ["Stop watching"],
  ],
  ["running without a percent", job(), "Making the video", "0:12", ["Stop watching"]],
  [
    "a word we do not know",
    job({ status: "POST_PROCESSING" }),
    "Making the video (provider says “POST_PROCESSING”)",
    "0:12",
    ["Stop watching"],
  ],
  [
    "saving",
    job({ state: "saving", saved_bytes: 3_100_000, total_bytes: 9_800_000 }),
    "Saving your video",
    "3.1 of 9.8 MB",
    [],
  ],
  [
    "saving without a total",
    job({ state: "saving", saved_bytes: 3_100_000 }),
    "Saving your video",
    "3.1 MB",
    [],
  ],
  ["succeeded", ready(), "Ready in 1 min 6 s", "8 s · 3.8 MB · videogen/paper boat#1.mp4", []],
  [
    "failed",
    job({ state: "failed", error: error() }),
    "AIHubMix had a problem",
    "Try again in a minute. We can't tell whether you were charged.",
    [],
  ],
  [
    "failed before sending",
    job({ state: "failed", error: error({ sent: "no", charged: "no", next: "" }) }),
    "AIHubMix had a problem",
    "Nothing was sent or charged.",
    [],
  ],
  [
    "failed and not charged",
    job({ state: "failed", error: error({ charged: "no", next: "" }) }),
    "AIHubMix had a problem",
    "Not charged, according to the provider.",
    [],
  ],
  [
    "failed and charged",
    job({ state: "failed", error: error({ charged: "yes", next: "" }) }),
    "AIHubMix had a problem",
    "The provider charged for it.",
    [],
  ],
  ["cancelled", job({ state: "cancelled" }), "Cancelled before it started", "Nothing was made.", []],
  ["cancelled halfway", job({ state: "cancelled", progress: 40 }), "Cancelled", "", []],
  [
    "expired",
    job({ state: "expired" }),
    "AIHubMix no longer has this video",
    "It was not downloaded in time. Generating it again may be charged again.",
    ["Check again"],
  ],
  [
    "outcome unknown",
    job({ state: "unknown_outcome", error: error({ next: "We did not send it again." }) }),
    "We lost the answer after sending",
    "The job may exist and may be charged. We did not send it again.",
    ["Look for it", "Send again (may charge twice)"],
  ],
  [
    "searching",
    job({ state: "unknown_outcome", searching: true }),
    "We lost the answer after sending",
    "We are looking for it in AIHubMix's list. It was not sent again. 0:12",
    [],
  ],
  [
    "a key that stopped working",
    job({ state: "unreachable", error: error({ message: "Bad key.", next: "The job itself goes on." }) }),
    "AIHubMix doesn't let us check this job",
    "Bad key. The job itself goes on.",
    [],
  ],
  [
    "from the library",
    ready({ reused: true }),
    "Same settings as before. This clip is from your library; nothing was charged.",
    "8 s · 3.8 MB · videogen/paper boat#1.mp4",
    [],
  ],
  [
    "unreachable",
    job({ state: "unreachable" }),
    "Connection lost. The job continues at AIHubMix",
    "",
    ["Watch again", "Stop watching"],
  ],
  [
    "unreachable, with a look to come",
    job({ state: "unreachable", next_look_at: START + 20 }),
    "Connection lost. The job continues at AIHubMix",
    "Checking again in 0:08",
    ["Watch again", "Stop watching"],
  ],
  [
    "a provider that is busy",
    job({ state: "queued", next_look_at: START + 30 }),
    "Slowed down: AIHubMix is busy or unreachable",
    "Trying again in 0:18 · 0:12",
    ["Stop watching"],
  ],
  [
    "longer than usual",
    job({ usual: 5, runs: 3, slow: 10 }),
    "Still working, longer than usual",
    "0:12 · usually about 5 s · you can close this; the job continues at AIHubMix",
    ["Stop watching"],
  ],
  [
    "a provider that answers in one go",
    job({ synchronous: true }),
    "Making the video",
    "0:12 · AIHubMix returns the video in a single response; keep this kernel running until it arrives",
    ["Stop watching"],
  ],
  [
    "detached",
    job({ detached: true }),
    "Stopped watching",
    "AIHubMix can't cancel this; it may finish and be charged.",
    ["Watch again"],
  ],
];

describe("each state says its own words and offers its own buttons", () => {
  test.each(cases)("%s", async (_, view, first, second, offered) => {
    await draw(view);
    expect([line1(widget), line2(widget), buttons(widget)]).toEqual([first, second, offered]);
  });
});

test("an empty form asks for a sentence and offers three", async () => {
  [widget] = await renderWidget(new FakeModel({ form: { ...form, start: { ...form.start, prompt: "" } } }));
  expect([line1(widget), buttons(widget)]).toEqual([
    "Describe the video you want.",
    ["Waves at sunset", "Northern lights over a lake", "A paper boat in neon rain"],
  ]);
});

test("a kernel that went away is said so while a job is open", async () => {
  vi.mocked(fetch).mockImplementation(async () => new Response("", { status: 404 }));
  await draw(job({ progress: 40 }));
  widget.model.comm_live = false;
  widget.model.emit("comm_live_update");
  await settle();
  expect([line1(widget), line2(widget)]).toEqual([
    "The notebook's kernel isn't running",
    "Run this cell to watch the job again.",
  ]);
  expect(widget.root.querySelector("[role=progressbar]")?.getAttribute("data-mode")).toBe("frozen");
});

test("a click that a dead kernel cannot hear is not blamed on a busy one", async () => {
  [widget] = await renderWidget(new FakeModel({ form }));
  widget.model.comm_live = false;
  widget.model.emit("comm_live_update");
  button(widget, "Generate").click();
  await settle(3000);
  expect(text(widget.root.querySelector(".videogen-submit-note"))).toBe(
    "The notebook's kernel isn't running. Run this cell to watch the job again.",
  );
});

test("a finished clip outlives its kernel", async () => {
  await draw(ready());
  widget.model.comm_live = false;
  widget.model.emit("comm_live_update");
  await settle();
  expect(line1(widget)).toBe("Ready in 1 min 6 s");
});

test("failures are spoken as alerts and everything else politely", async () => {
  await draw(job({ progress: 10 }));
  const region = (role: string) => text(widget.root.querySelector(`.videogen-lines [role=${role}]`));
  expect([region("status"), region("alert")]).toEqual(["Making the video", ""]);
  widget.model.set({ job: job({ state: "failed", error: error({ next: "" }) }) });
  await settle();
  expect([region("status"), region("alert")]).toEqual([
    "",
    "AIHubMix had a problemWe can't tell whether you were charged.",
  ]);
});

test("the polite region speaks at quarters, not at every percent", async () => {
  await draw(job({ progress: 1 }));
  const heard = new Set<string>();
  for (let progress = 1; progress <= 100; progress += 1) {
    widget.model.set({ job: job({ progress }) });
    await settle(20);
    heard.add(text(widget.root.querySelector("[role=status]")));
  }
  expect([...heard]).toEqual([
    "Making the video",
    "Making the video, 25 percent",
    "Making the video, 50 percent",
    "Making the video, 75 percent",
  ]);
});

test("work of the local engine is never passed off as AI-made", async () => {
  await draw(ready({ simulated: true, provider_label: "Local engine" }));
  expect(text(widget.root.querySelector(".videogen-badge"))).toBe("local engine, not AI-made");
});

test("a prompt with markup stays text", async () => {
  const prompt = "<script>alert(1)</script><img src=x onerror=alert(1)>";
  await draw(job({ prompt, model: "<b>model</b>", provider_label: "<i>Lab</i>", state: "submitting" }));
  expect(text(widget.root.querySelector(".videogen-prompt-text"))).toBe(prompt);
  expect(widget.root.querySelectorAll("script, img, i i, .videogen-facts b")).toHaveLength(0);
});

test("the slot keeps its shape from the first paint to the last", async () => {
  await draw(job({ state: "submitting" }));
  const shape = () => {
    const { style } = widget.root.querySelector(".videogen-result") as HTMLElement;
    return `${style.getPropertyValue("--videogen-width")} / ${style.getPropertyValue("--videogen-height")}`;
  };
  const first = shape();
  widget.model.set({ job: ready({ clip: { ...clip, width: 640, height: 360 } }) });
  await settle();
  expect([first, shape()]).toEqual(["1280 / 720", "1280 / 720"]);
});

test("a lost job is looked for, or sent again, by a click", async () => {
  await draw(job({ state: "unknown_outcome" }));
  button(widget, "Look for it").click();
  button(widget, "Send again").click();
  await settle();
  const wanted = { v: 1, request_id: expect.any(String), job_id: "k3q7x2ma" };
  expect(widget.model.of("watch")).toEqual([{ ...wanted, type: "watch" }]);
  expect(widget.model.of("resend")).toEqual([{ ...wanted, type: "resend" }]);
});

test("a clip from the library can be made anew, on purpose", async () => {
  await draw(ready({ reused: true }), true);
  button(widget, "Make a new one").click();
  await settle();
  const [sent] = widget.model.of("generate");
  expect(sent).toMatchObject({ new: true, yes: false, request: { prompt: "A paper boat", seed: 418 } });
});

test("where nobody charges, no word says that somebody may", async () => {
  const free = { free: true, provider_label: "vLLM-Omni" } as const;
  const unsure = error({ charged: "unknown", message: "It broke.", next: "" });
  const views = [
    job({ ...free, state: "failed", error: unsure }),
    job({ ...free, state: "unknown_outcome", error: unsure }),
    job({ ...free, state: "expired" }),
    job({ ...free, detached: true }),
    job({ ...free, detached: true, can_cancel: true }),
  ];
  for (const view of views)
    for (const withForm of [false, true]) {
      await draw(view, withForm);
      expect(text(widget.root.querySelector(".videogen-status"))).not.toMatch(
        /may be charged|may charge|were charged/,
      );
    }
  await draw(job({ ...free, state: "unknown_outcome", error: unsure }), true);
  expect(button(widget, "Send again").className).not.toContain("is-risky");
  const generate = widget.root.querySelector("[type=submit]");
  expect(generate?.className).toContain("is-primary");
});
