/** Draws the cases for people, screenshots and accessibility checks. */

import makeWidget from "../src/index";
import { cases, createFake } from "./cases";
import { START } from "./fake";

// All cases have the same time, twelve seconds after the job was created.
Date.now = () => (START + 12) * 1000;

let end = () => {};

async function draw(name: string, el: HTMLElement): Promise<() => void> {
  const fake = createFake(name);
  fake.widget_manager = { resolveUrl: async () => "/clip.mp4" };
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
  end = await draw(name, stage());
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

Object.assign(window, { gallery: { names: Object.keys(cases), show, sheet } });
