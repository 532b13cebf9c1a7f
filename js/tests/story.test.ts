import { beforeEach, expect, test, vi } from "vitest";
import {
  asked,
  failedInTheMiddle,
  joined,
  making,
  outOfDate,
  type StoryKernel,
  shot,
  sixty,
  stale,
  undecidedShot,
  whole,
  withCuts,
  withSound,
} from "../gallery/stories";
import type { StoryView } from "../src/kernel/protocol.gen";
import { type Reel, ShotPlayer } from "../src/story/shot-player";
import { button, error, type FakeModel, renderWidget, settle, setUpTests, text, type Widget } from "./kit";

let widget: Widget;
let kernel: StoryKernel;
let fake: FakeModel;

const open = async (own: StoryKernel) => {
  kernel = own;
  fake = kernel.start();
  [widget] = await renderWidget(fake);
};
const set = async (change: Partial<StoryView>) => {
  fake.set({ story: { ...kernel.view, ...change } });
  await settle();
};
const find = <T extends HTMLElement = HTMLElement>(selector: string) =>
  widget.root.querySelector<T>(selector) as T;
const findAll = (selector: string) => [...widget.root.querySelectorAll<HTMLElement>(selector)];
const tile = (id: number) => find<HTMLButtonElement>(`[data-shot="${id}"]`);
const names = () =>
  findAll("[data-shot]").map((node) => text(node.querySelector(".videogen-visually-hidden")));
const said = () => text(find("[role=status].videogen-visually-hidden"));
const focused = () => document.activeElement as HTMLElement;
const acts = () => fake.of("story_act");
const press = async (key: string, more: KeyboardEventInit = {}) => {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more });
  focused().dispatchEvent(event);
  await settle();
  return event;
};
const click = async (node: HTMLElement) => {
  node.click();
  await settle();
};
/** The shots in another order, with their new numbers. */
const order = (...ids: readonly number[]) =>
  ids.map((id, at) => {
    const found = kernel.view.shots.find((one) => one.id === id);
    return { ...(found ?? shot(at + 1)), number: at + 1 };
  });

setUpTests();
beforeEach(() => {
  vi.spyOn(URL, "createObjectURL").mockImplementation(() => `blob:${Math.random()}`);
  vi.spyOn(URL, "revokeObjectURL").mockImplementation(() => undefined);
  HTMLMediaElement.prototype.play = vi.fn(async () => undefined);
});

test("shots are named in order, with length, take, state and prompt", async () => {
  await open(stale());
  expect(widget.root.ariaLabel).toBe("Story boat");
  expect(names()[1]).toBe("Shot 2, 8 s, take 2 of 2, Ready, $0.80, The sun goes down, the boat sails on");
  expect(names()[2]).toContain("Starts on an older frame");
  expect(text(find(".videogen-story-total"))).toBe("20 s · 4 shots · $2.80 so far, one unused take included");
});

test("the frame that two shots share is the last one of the take that it starts on", async () => {
  await open(stale());
  expect(fake.of("story_frames").flatMap(({ job_ids }) => job_ids)).toEqual([
    "job00010",
    "job00021",
    "job00030",
  ]);
  expect(fake.of("story_frames")[0]).toMatchObject({ which: "last" });
});

test("a joint says what it is, and one press cuts, keeps or links", async () => {
  await open(stale());
  const [first, second] = findAll(".videogen-joint button");
  expect(first?.getAttribute("aria-label")).toBe("Shot 2 starts on the last frame of shot 1. Press to cut");
  expect(second?.getAttribute("aria-label")).toBe(
    "Shot 3 starts on an older last frame of shot 2. Press to keep it as a cut",
  );
  await click(first as HTMLElement);
  await click(second as HTMLElement);
  expect(acts()).toMatchObject([
    { action: "cut", shot: 12 },
    { action: "keep", shot: 13 },
  ]);
  expect(said()).toBe("Cut between shot 2 and 3");
});

test("a cut that the model can't link is no button", async () => {
  await open(withCuts());
  expect(findAll(".videogen-joint button")).toHaveLength(2);
  expect(find(".videogen-joint [role=img]").getAttribute("aria-label")).toContain(
    "the model can't start on another clip",
  );
});

test("one Tab stop: arrows walk among shots, the joint before it is reached with it", async () => {
  await open(whole());
  expect(findAll("[data-shot][tabindex='0']")).toHaveLength(1);
  tile(11).focus();
  await press("ArrowRight");
  await press("ArrowRight");
  expect(focused()).toBe(tile(13));
  expect(findAll(".videogen-strip [tabindex='0']").map((node) => node.dataset["shot"] ?? "joint")).toEqual([
    "joint",
    "13",
  ]);
  await press("End");
  expect(focused()).toBe(tile(14));
  await press("Home");
  expect(focused()).toBe(tile(11));
});

test("sixty shots: the keyboard reaches the last one", async () => {
  await open(sixty());
  tile(11).focus();
  await press("End");
  expect(focused()).toBe(tile(70));
});

test("Alt and an arrow moves a shot, which keeps the focus and is announced", async () => {
  await open(whole());
  tile(13).focus();
  await press("ArrowLeft", { altKey: true });
  expect(acts()).toMatchObject([{ action: "move", shot: 13, to: 2 }]);
  await set({ shots: order(11, 13, 12, 14) });
  expect(said()).toBe("Shot 3 is now shot 2");
  expect(focused()).toBe(tile(13));
  tile(11).focus();
  await press("ArrowLeft", { altKey: true });
  expect(acts()).toHaveLength(1);
});

test("Delete takes a shot out, the next has the focus, and it can be put back", async () => {
  await open(whole());
  tile(12).focus();
  await press("Delete");
  expect(acts()).toMatchObject([{ action: "remove", shot: 12 }]);
  await set({ shots: order(11, 13, 14), can_restore: true });
  expect(said()).toBe("Shot 2 is taken out");
  expect(focused()).toBe(tile(13));
  await click(button(widget, "Put the shot back"));
  expect(acts().at(-1)).toMatchObject({ action: "restore" });
  await set({ can_restore: false });
  expect(widget.root.contains(focused())).toBe(true);
});

test("brackets switch takes, and stop at the ends", async () => {
  await open(whole());
  tile(12).focus();
  await press("]");
  await press("[");
  expect(acts()).toMatchObject([{ action: "choose", shot: 12, take: 1 }]);
  expect(said()).toBe("Shot 2 shows take 1 of 2");
});

test("the box of an older frame offers what can be made of it, with prices", async () => {
  await open(stale());
  await click(tile(13));
  expect(text(find(".videogen-shot-box p"))).toBe(
    "Shot 2 was remade later and now ends on another frame. Shot 4 starts from shot 3.",
  );
  expect(findAll(".videogen-offers button").map(text)).toEqual([
    "Remake shot 3 · ≈ $0.40",
    "Remake 3 and 4 · ≈ $0.80",
    "Keep it as a cut",
  ]);
  await click(button(widget, "Remake 3 and 4"));
  expect(acts()).toMatchObject([{ action: "retake", shots: [13, 14], token: "offer1", prompt: "" }]);
});

test("a press that agrees to a price is sent once, however often it is pressed", async () => {
  await open(stale());
  kernel.answer = async () => undefined;
  await click(tile(13));
  const remake = button(widget, "Remake shot 3");
  await click(remake);
  await click(remake);
  expect(acts()).toHaveLength(1);
  expect(remake.getAttribute("aria-disabled")).toBe("true");
});

test("a new prompt goes with the shot alone, and what is typed stays while the story goes on", async () => {
  await open(stale());
  await click(tile(13));
  const prompt = find<HTMLTextAreaElement>("textarea");
  prompt.value = "A calm sea";
  prompt.dispatchEvent(new Event("input", { bubbles: true }));
  await settle();
  await set({ spent: 3 });
  expect(find<HTMLTextAreaElement>("textarea").value).toBe("A calm sea");
  expect(findAll(".videogen-offers button").map(text)).toEqual([
    "Remake shot 3 · ≈ $0.40",
    "Keep it as a cut",
  ]);
  await click(button(widget, "Remake shot 3"));
  expect(acts()).toMatchObject([{ action: "retake", shots: [13], prompt: "A calm sea" }]);
});

test("the focus stays in the box when its buttons go, and goes to the shot when it is closed", async () => {
  await open(stale());
  tile(13).focus();
  await click(tile(13));
  button(widget, "Remake shot 3").focus();
  const { shots } = kernel.view;
  await set({
    shots: shots.map((one) =>
      one.id === 13 ? { ...one, state: "making", link: "linked", remake: [], remake_with: [] } : one,
    ),
  });
  expect(find(".videogen-shot-box").contains(focused())).toBe(true);
  await press("Escape");
  expect(focused()).toBe(tile(13));
});

test("a failure in the middle says why, and what mends it", async () => {
  await open(failedInTheMiddle());
  expect(names()[2]).toContain("Waits for shot 2.");
  await click(tile(12));
  await click(button(widget, "Retry · ≈ $0.40"));
  expect(acts()).toMatchObject([{ action: "retry", shots: [12], undecided: false, token: "offer1" }]);
  expect(text(find(".videogen-story-foot"))).toContain("Join when shot 2 is ready");
});

test("a lost answer is looked for first, and sent again only with a warning", async () => {
  await open(undecidedShot());
  await click(tile(12));
  expect(button(widget, "Send again").title).toBe("This may be charged twice.");
  await click(button(widget, "Look for it"));
  await click(button(widget, "Send again"));
  expect(acts()).toMatchObject([
    { action: "look", shots: [12] },
    { action: "retry", shots: [12], undecided: true, token: "offer1" },
  ]);
});

test("one question for all shots, answered by its token", async () => {
  await open(asked());
  await click(button(widget, "Send 3 · ≈ $1.20"));
  await click(button(widget, "Not now"));
  expect(acts()).toMatchObject([
    { action: "send", token: "t0ken" },
    { action: "decline", token: "t0ken" },
  ]);
});

test("a new shot is written and put at the end", async () => {
  await open(whole());
  await click(button(widget, "Add shot"));
  expect(focused().tagName).toBe("TEXTAREA");
  await click(find(".videogen-offers .is-primary"));
  expect(acts()).toHaveLength(0);
  const prompt = find<HTMLTextAreaElement>("textarea");
  prompt.value = " A harbour at night ";
  prompt.dispatchEvent(new Event("input", { bubbles: true }));
  await settle();
  await press("Enter", { ctrlKey: true });
  expect(acts()).toMatchObject([{ action: "insert", prompt: "A harbour at night", to: 0 }]);
  expect(find(".videogen-shot-box")).toBeNull();
  expect(focused()).toBe(tile(14));
});

test("a clip that is dropped becomes a shot where it is dropped; a shot is moved", async () => {
  await open(whole());
  for (const [at, node] of findAll(".videogen-shot").entries())
    vi.spyOn(node, "getBoundingClientRect").mockReturnValue(new DOMRect(at * 200, 0, 200, 100));
  const dropAt = async (
    clientX: number,
    data: Readonly<Record<string, string>>,
    files: readonly File[] = [],
  ) => {
    const event = new Event("drop", { bubbles: true, cancelable: true });
    const dataTransfer = { types: [...Object.keys(data), ...(files.length ? ["Files"] : [])], files };
    Object.assign(event, {
      clientX,
      dataTransfer: { ...dataTransfer, getData: (type: string) => data[type] ?? "" },
    });
    find(".videogen-strip").dispatchEvent(event);
    await settle();
  };
  await dropAt(250, { "application/x-videogen-job": "k3q7x2ma" });
  await dropAt(790, { "application/x-videogen-shot": "12" });
  await dropAt(0, {}, [new File(["x"], "boat-k3q7x2ma.mp4", { type: "video/mp4" })]);
  await dropAt(0, {}, [new File(["x"], "notes.txt", { type: "text/plain" })]);
  expect(acts()).toMatchObject([
    { action: "insert", job_id: "k3q7x2ma", to: 2 },
    { action: "move", shot: 12, to: 4 },
    { action: "insert", job_id: "boat-k3q7x2ma.mp4", to: 1 },
  ]);
  expect(text(find("[role=alert]"))).toContain("notes.txt is no clip of the library.");
});

test("the film is joined at once, or as soon as its last shot is ready", async () => {
  await open(making());
  await click(button(widget, "Join when shot 1 is ready"));
  expect(acts()).toHaveLength(0);
  await set({ ...whole().view });
  expect(acts()).toMatchObject([{ action: "join" }]);
  expect(said()).toBe("The film is joined");
});

test("a film that is up to date has no button to join it; one that is not says so", async () => {
  await open(joined());
  await settle(500);
  expect(findAll("button").some((node) => text(node).startsWith("Join"))).toBe(false);
  expect(find<HTMLAnchorElement>(".videogen-film a").download).toBe("boat.mp4");
  await open(outOfDate());
  expect(text(find(".videogen-film"))).toContain("The film is from before the last change.");
  expect(text(button(widget, "Join again"))).toBe("Join again");
});

// ---- sound and captions -----------------------------------------------------------------------------------------------

const soundButton = () => find<HTMLButtonElement>(".videogen-sound-button");
const alter = async (field: HTMLInputElement | HTMLTextAreaElement, value: string, ends = true) => {
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  await settle();
  if (ends) field.dispatchEvent(new Event("change", { bubbles: true }));
  await settle();
};
const dropSound = async (name: string, type: string, bytes = 9) => {
  const event = new Event("drop", { bubbles: true, cancelable: true });
  const files = [new File([new Uint8Array(bytes)], name, { type })];
  Object.assign(event, { dataTransfer: { files } });
  find(".videogen-sound-file").dispatchEvent(event);
  await settle();
};

test("a file that is dropped is handed over and laid under the film, by the name it has", async () => {
  await open(whole());
  expect(text(soundButton())).toBe("Add sound");
  await click(soundButton());
  expect(text(find(".videogen-shot-box p"))).toContain("heard in the joined film only");
  await dropSound("night.mp3", "audio/mpeg");
  expect(fake.of("upload")).toMatchObject([{ field: "audio", name: "night.mp3", offset: 0, total: 9 }]);
  expect(acts()).toMatchObject([{ action: "audio", medium: "upload:night.mp3", volume: null, fade: null }]);
  expect(said()).toBe("Sound added: night.mp3");
  await set({ audio: { name: "night.mp3", volume: 1, fade: 0 } });
  expect(text(soundButton())).toBe("Sound: night.mp3");
});

test("a sound whose type the browser does not know is tried; what is none is not sent", async () => {
  await open(whole());
  await click(soundButton());
  await dropSound("night.flac", "");
  await dropSound("night.ogg", "video/ogg");
  expect(acts()).toMatchObject([{ medium: "upload:night.flac" }, { medium: "upload:night.ogg" }]);
  await dropSound("boat.png", "image/png");
  expect(text(find(".videogen-sound-error"))).toBe("boat.png is not an audio file.");
  expect(fake.of("upload")).toHaveLength(2);
});

test("a sound that the kernel refuses is said in the box, and nothing is laid", async () => {
  await open(whole());
  await click(soundButton());
  kernel.answer = async (own, message) =>
    own.ack(message, { ok: false, error: error({ message: "long.wav has 80 MB; the limit is 64 MB." }) });
  await dropSound("long.wav", "audio/wav");
  expect(text(find(".videogen-sound-error"))).toBe("long.wav has 80 MB; the limit is 64 MB.");
  expect(acts()).toEqual([]);
});

test("level and fade are sent when they are let go, and stay as they are set until then", async () => {
  await open(withSound());
  await click(soundButton());
  const level = find<HTMLInputElement>(".videogen-sound-levels [type=range]");
  expect([level.value, level.getAttribute("aria-valuetext")]).toEqual(["30", "30 percent"]);
  await alter(level, "150", false);
  await set({ spent: 9 });
  expect([level.value, text(find(".videogen-sound-levels output"))]).toEqual(["150", "150 %"]);
  expect(acts()).toEqual([]);
  await alter(level, "150");
  const fade = find<HTMLInputElement>(".videogen-sound-levels [type=number]");
  await alter(fade, "2.5");
  for (const wrong of ["-1", "61", ""]) {
    await alter(fade, wrong);
    expect(fade.value).toBe("1.5");
  }
  expect(acts()).toMatchObject([
    { action: "audio", medium: null, volume: 1.5, fade: null },
    { action: "audio", medium: null, volume: null, fade: 2.5 },
  ]);
});

test("a sound is removed; the focus stays in the box, and goes to its button when that is closed", async () => {
  await open(withSound());
  await click(soundButton());
  button(widget, "Remove").focus();
  await click(button(widget, "Remove"));
  expect(acts()).toMatchObject([{ action: "audio", medium: "" }]);
  await set({ audio: null });
  expect(find("[data-part=sound]").contains(focused())).toBe(true);
  await press("Escape");
  expect(find("[data-part=sound]")).toBeNull();
  expect(focused()).toBe(soundButton());
});

test("captions are left out and put in; where there are none there is nothing to press", async () => {
  await open(withSound());
  const box = find<HTMLInputElement>(".videogen-story-check input");
  expect(box.checked).toBe(true);
  await click(box);
  expect(acts()).toMatchObject([{ action: "captions", on: false }]);
  kernel.answer = async (own, message) => own.ack(message, { ok: false, error: error() });
  await set({ captions: false });
  await click(box);
  expect(box.checked).toBe(false);
  await open(whole());
  expect(find(".videogen-story-check")).toBeNull();
});

test("a caption is kept by Enter or when it is left, and Escape takes back what was typed", async () => {
  await open(withSound());
  await click(tile(11));
  const caption = find<HTMLTextAreaElement>(".videogen-shot-caption textarea");
  expect(caption.value).toBe("It was still dark.");
  caption.focus();
  await alter(caption, "It is light.", false);
  await press("Enter");
  expect(acts()).toMatchObject([{ action: "caption", shot: 11, caption: "It is light." }]);
  expect(said()).toBe("The caption of shot 1 is saved");
  await set({ shots: [shot(1, { caption: "It is light." }), shot(2)] });
  await alter(caption, "No", false);
  await press("Escape");
  expect(caption.value).toBe("It is light.");
  await alter(caption, "Yes");
  expect(acts()).toHaveLength(2);
  await set({ shots: [shot(1, { caption: null })] });
  expect(find(".videogen-shot-caption")).toBeNull();
});

test("visitors are offered neither sound nor captions", async () => {
  await open(withSound({ guest: true }));
  expect(findAll(".videogen-sound-button, .videogen-story-check")).toEqual([]);
});

test("visitors, and pages without a kernel, look and play: nothing else is offered", async () => {
  await open(whole({ guest: true }));
  expect(findAll(".videogen-joint button, .videogen-add-shot, .videogen-story-actions")).toEqual([]);
  await click(tile(12));
  expect(find(".videogen-screen")).not.toBeNull();
  tile(12).focus();
  await press("Delete");
  expect(acts()).toEqual([]);
  await open(stale());
  fake.comm_live = false;
  fake.emit("comm_live_update");
  await settle();
  expect(text(find(".videogen-grid-notice"))).toContain("The notebook's kernel isn't running.");
  expect(findAll(".videogen-joint button, .videogen-add-shot")).toEqual([]);
});

test("what the kernel refuses is said", async () => {
  await open(whole());
  kernel.answer = async (own, message) =>
    own.ack(message, { ok: false, error: error({ message: "Shot 2 is being made.", next: "Wait for it." }) });
  await click(findAll(".videogen-joint button")[0] as HTMLElement);
  expect(text(find("[role=alert]"))).toContain("Shot 2 is being made. Wait for it.");
});

test("prompts and names are text, whatever they hold", async () => {
  const evil = "<img src=x onerror=alert(1)>";
  await open(whole({ name: evil, facts: evil, shots: [shot(1, { prompt: evil, facts: [evil] })] }));
  await click(tile(11));
  expect([...widget.root.querySelectorAll("img")].every((node) => node.src.startsWith("blob:"))).toBe(true);
});

test("shots that come to an end are told", async () => {
  await open(making());
  const { shots } = kernel.view;
  await set({ shots: shots.map((one) => (one.number === 1 ? { ...one, state: "ready" } : one)) });
  expect(said()).toBe("Shot 1 is ready");
});

// ---- the player -----------------------------------------------------------------------------------------------------

/** A video that can play anything at once. */
function makeVideo(): HTMLVideoElement {
  const video = document.createElement("video");
  Object.defineProperty(video, "readyState", { get: () => (video.src ? 4 : 0) });
  Object.defineProperty(video, "seeking", { get: () => false });
  return video;
}

const reel = (name: string, start: number, seconds: number): Reel => ({
  key: name,
  start,
  seconds,
  locate: async () => `/${name}.mp4`,
});

async function startPlayer(...reels: readonly Reel[]) {
  const player = new ShotPlayer();
  const pair = [makeVideo(), makeVideo()] as const;
  const end = reels.at(-1);
  player.set(reels, (end?.start ?? 0) + (end?.seconds ?? 0));
  player.attach(pair);
  await settle(50);
  const seen = () => pair.find((video) => video.dataset["seen"] === "true") as HTMLVideoElement;
  const spare = () => pair.find((video) => video.dataset["seen"] !== "true") as HTMLVideoElement;
  const name = (video: HTMLVideoElement) => video.src.split("/").at(-1);
  return { player, seen, spare, name };
}

test("while one shot plays the next is ready, and follows at its end", async () => {
  const { player, seen, spare, name } = await startPlayer(reel("a", 0, 4), reel("b", 4, 8), reel("c", 12, 4));
  expect([name(seen()), name(spare())]).toEqual(["a.mp4", "b.mp4"]);
  player.play();
  const second = spare();
  seen().dispatchEvent(new Event("ended"));
  await settle(50);
  expect(seen()).toBe(second);
  expect([name(seen()), name(spare())]).toEqual(["b.mp4", "c.mp4"]);
  expect(player.playing.value).toBe(true);
  expect(player.time.value).toBeCloseTo(4);
});

test("a moment is found in its shot, and the end is the end", async () => {
  const { player, seen, name } = await startPlayer(reel("a", 0, 4), reel("b", 4, 8));
  player.seek(7.5);
  await settle(50);
  expect([name(seen()), seen().currentTime]).toEqual(["b.mp4", 3.5]);
  player.play();
  seen().dispatchEvent(new Event("ended"));
  await settle(50);
  expect([player.playing.value, player.time.value]).toEqual([false, 12]);
});

test("a shot that is moved while it is seen keeps its picture", async () => {
  const { player, seen, name } = await startPlayer(reel("a", 0, 4), reel("b", 4, 8));
  player.seek(5);
  await settle(50);
  player.set([reel("b", 0, 8), reel("a", 8, 4)], 12);
  await settle(50);
  expect([name(seen()), player.time.value]).toEqual(["b.mp4", 1]);
});

test("a clip that can't be found is said, and nothing plays on", async () => {
  const broken = { ...reel("b", 4, 4), locate: () => Promise.reject(new Error("gone")) };
  const { player, seen } = await startPlayer(reel("a", 0, 4), broken);
  player.play();
  seen().dispatchEvent(new Event("ended"));
  await settle(50);
  expect([player.fault.value?.key, player.playing.value]).toEqual(["b", false]);
});
