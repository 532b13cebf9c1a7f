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
  if (video && video.readyState < 2 && !video.error)
    await new Promise((ready) => {
      video.addEventListener("loadeddata", ready, { once: true });
      video.addEventListener("error", ready, { once: true });
    });
  return () => {
    for (const stop of stops.reverse()) stop();
  };
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
