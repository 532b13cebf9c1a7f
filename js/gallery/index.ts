/** Draws the cases for people, screenshots and accessibility checks. */

import makeWidget from "../src/index";
import type { JobView } from "../src/kernel/protocol.gen";
import { cases, createFake } from "./cases";
import { FakeModel, job as makeJob, START } from "./fake";
import { holdModules } from "./load-module";

// All cases have the same time, twelve seconds after the job was created.
Date.now = () => (START + 12) * 1000;

/** The clip that every player plays; a page that has no server brings its own. */
const CLIP = (globalThis as { galleryClip?: string }).galleryClip ?? "/clip.mp4";

/** Milliseconds that a small clip may take to show its first frame. */
const PATIENCE = 60_000;

let end = () => {};
let shown = new FakeModel();

async function draw(name: string, el: HTMLElement, fake = createFake(name)): Promise<() => void> {
  fake.widget_manager = {
    resolveUrl: async (path: string) => (path.includes("absent") ? "/absent.mp4" : CLIP),
    ...(name.includes("restarted") ? { kernel: { status: "idle" } } : {}),
  };
  Reflect.deleteProperty(globalThis, Symbol.for("jupyter-videogen.lab"));
  const { initialize, render } = makeWidget();
  const stops = [initialize({ model: fake }), render({ model: fake, el })];
  await new Promise((ready) => requestAnimationFrame(() => setTimeout(ready, 50)));
  const root = el.querySelector<HTMLElement>(".videogen");
  for (const act of cases[name]?.acts ?? []) if (root) await act(root, fake);
  const video = root?.querySelector<HTMLVideoElement>(".videogen-result video, .videogen-clip video");
  if (video) await hasPicture(video, name);
  return () => {
    const players = [...el.querySelectorAll("video")];
    for (const stop of stops.reverse()) stop();
    players.forEach(release);
  };
}

/** Wait until a player shows its first frame, has failed, or is gone; throws when none of it comes. */
async function hasPicture(video: HTMLVideoElement, name: string): Promise<void> {
  const end = performance.now() + PATIENCE;
  while (video.readyState < 2 && !video.error && video.isConnected) {
    if (performance.now() > end)
      throw new Error(`${name}: no frame, network ${video.networkState}, ready ${video.readyState}`);
    await new Promise((ready) => setTimeout(ready, 20));
  }
}

/** Chromium gives a page 75 players, and takes one back when its element is collected, which may be long after. */
function release(video: HTMLVideoElement): void {
  video.removeAttribute("src");
  video.load();
}

const stage = () => document.getElementById("stage") ?? document.body;

/** Draw one case in place of the last one. */
async function show(name: string): Promise<void> {
  end();
  shown = createFake(name);
  end = await draw(name, stage(), shown);
}

/** The kernel sends another state of the job that is shown. */
function send(change: Partial<JobView>): void {
  shown.set({ job: { ...(shown.get("job") ?? makeJob()), ...change } });
}

/** Draw all cases, each below its name. */
async function sheet(): Promise<void> {
  for (const name of Object.keys(cases)) {
    const figure = document.createElement("figure");
    const caption = document.createElement("figcaption");
    caption.textContent = name;
    const el = document.createElement("div");
    figure.append(caption, el);
    stage().append(figure);
    await draw(name, el);
  }
}

Object.assign(window, { gallery: { names: Object.keys(cases), show, send, sheet, holdModules } });
