import { beforeEach, expect, test, vi } from "vitest";
import { board, vote } from "../gallery/votes";
import type { VoteView } from "../src/kernel/protocol.gen";
import { button, error, FakeModel, renderWidget, settle, setUpTests, text, type Widget } from "./kit";

let fake: FakeModel;
let widget: Widget;

const find = <T extends HTMLElement = HTMLElement>(selector: string) =>
  widget.root.querySelector<T>(selector) as T;
const videos = () => [...widget.root.querySelectorAll<HTMLVideoElement>(".videogen-pair video")];
const set = async (change: Partial<VoteView>) => {
  fake.set({ vote: { ...vote, ...change } });
  await settle(50);
};
const answerPieces = async () => {
  for (const message of fake.of("blind_piece").splice(0))
    fake.ack(message, {}, [new DataView(new ArrayBuffer(9))]);
  await settle(50);
};
/** Both clips are there and can play. */
const play = async () => {
  await answerPieces();
  for (const video of videos()) video.dispatchEvent(new Event("canplay"));
  await settle(50);
};
const press = async (key: string) => {
  find(".videogen-pair-place").dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }),
  );
  await settle(400);
};

setUpTests();
beforeEach(async () => {
  vi.spyOn(URL, "createObjectURL").mockImplementation(() => `blob:${Math.random()}`);
  vi.spyOn(URL, "revokeObjectURL").mockImplementation(() => undefined);
  fake = new FakeModel({ vote });
  [widget] = await renderWidget(fake);
});

test("a pair is asked for by its token, muted, and named by its side alone", async () => {
  expect(fake.of("blind_piece")).toMatchObject([
    { token: "t1", side: "left", offset: 0 },
    { token: "t1", side: "right", offset: 0 },
  ]);
  await play();
  expect(videos().map((video) => [video.muted, video.getAttribute("aria-label")])).toEqual([
    [true, "Left clip"],
    [true, "Right clip"],
  ]);
  expect(text(find(".videogen-vote-head"))).toContain("14 of 60 · about 3 min left");
  expect(widget.root.ariaLabel).toBe("Blind vote on study-1");
});

test("a key counts when both clips can play, and once", async () => {
  await press("ArrowLeft");
  expect(fake.of("cast_vote")).toEqual([]);
  await play();
  await press("ArrowLeft");
  await press("ArrowLeft");
  expect(fake.of("cast_vote")).toMatchObject([{ token: "t1", choice: "left" }]);
});

test.each([
  ["ArrowRight", "right"],
  ["ArrowDown", "tie"],
  ["X", "bad"],
])("%s is a vote", async (key, choice) => {
  await play();
  await press(key);
  expect(fake.of("cast_vote")).toMatchObject([{ choice }]);
});

test("undo, finish and another rater are asked of the kernel", async () => {
  await press("u");
  button(widget, "Finish and show names").click();
  button(widget, "Voting as Mira").click();
  await settle();
  find<HTMLInputElement>("input[name=rater]").value = "Jon";
  find<HTMLFormElement>("form").requestSubmit();
  await settle();
  expect(fake.of("vote_act")).toMatchObject([
    { action: "undo" },
    { action: "finish" },
    { action: "rater", name: "Jon" },
  ]);
});

test("a clip that can't be played is left out by its side", async () => {
  await answerPieces();
  videos()[1]?.dispatchEvent(new Event("error"));
  await settle(50);
  expect(fake.of("vote_act")).toMatchObject([{ action: "skip_right", token: "t1" }]);
});

test("the next pair is another: nothing of the last one plays on", async () => {
  await play();
  const before = videos();
  await set({ token: "t2", done: 15 });
  expect(before.every((video) => !video.isConnected)).toBe(true);
  expect(fake.of("blind_piece").at(-1)).toMatchObject({ token: "t2" });
});

test("a refusal is said, and one of a pair that is judged is not", async () => {
  await play();
  await press("ArrowLeft");
  fake.ack(fake.of("cast_vote")[0], { ok: false, error: error({ message: "The ledger can't be written." }) });
  await settle(50);
  expect(text(find("[role=alert]"))).toContain("The ledger can't be written.");
});

test("the result says what the intervals allow, who beat whom, and offers to go on", async () => {
  find(".videogen-pair-place").focus();
  await set({ leaderboard: board, token: "" });
  expect(text(find("h4"))).toBe("veo beats wan.");
  expect(document.activeElement).toBe(find("h4"));
  const rows = [...widget.root.querySelectorAll(".videogen-standings tbody tr")].map(text);
  expect(rows[0]).toContain("veo1,086 1,019–1,169");
  expect(rows[2]).toContain("not known");
  expect(text(find(".videogen-matrix tbody tr"))).toContain("75 %14–2–4");
  expect(text(widget.root)).toContain("Ties count as half a win: 4 of 60 votes.");
  button(widget, "Vote on more pairs").click();
  expect(fake.of("vote_act")).toMatchObject([{ action: "more" }]);
});

test("too few votes are said, without standings", async () => {
  const notes = ["Each two need 10 votes before anything is said; veo and wan have 4."];
  await set({
    leaderboard: { ...board, verdict: "", advice: "", standings: [], meetings: [], notes },
    token: "",
  });
  expect(text(find("h4"))).toContain("10 votes");
  expect(find("table")).toBeNull();
});

test("names of raters and models are text, whatever they hold", async () => {
  const evil = "<img src=x onerror=alert(1)>";
  await set({ rater: evil, prompt: evil });
  expect(widget.root.querySelector("img")).toBeNull();
  const standings = board.standings.map((one) => ({ ...one, name: evil + one.name }));
  await set({ leaderboard: { ...board, standings, verdict: evil }, token: "" });
  expect(widget.root.querySelector("img")).toBeNull();
});
