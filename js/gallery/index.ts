/** Draws one case after another for whoever looks: a person, a camera, or a checker of accessibility. */

import makeWidget from "../src/index";
import { cases, drawn } from "./cases";
import { START } from "./fake";

// Every case happens at the same moment, twelve seconds after its job was made.
Date.now = () => (START + 12) * 1000;

let end = () => {};

async function show(name: string, into = "stage"): Promise<void> {
  end();
  const el = document.getElementById(into) ?? document.body;
  const fake = drawn(name);
  fake.widget_manager = { resolveUrl: async () => "/clip.mp4" };
  const { initialize, render } = makeWidget();
  const stops = [initialize({ model: fake }), render({ model: fake, el })];
  end = () => {
    for (const stop of stops.reverse()) stop();
  };
  await new Promise((ready) => requestAnimationFrame(() => setTimeout(ready, 50)));
  const root = el.querySelector<HTMLElement>(".videogen");
  for (const act of cases[name]?.acts ?? []) if (root) await act(root, fake);
  const video = root?.querySelector<HTMLVideoElement>(".videogen-result video, .videogen-clip video");
  if (video && video.readyState < 2 && !video.error)
    await new Promise((ready) => {
      video.addEventListener("loadeddata", ready, { once: true });
      video.addEventListener("error", ready, { once: true });
    });
}

Object.assign(window, { gallery: { names: Object.keys(cases), show } });
