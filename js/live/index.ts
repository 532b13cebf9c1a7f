/**
 * Draws the real page on a stand-in kernel wherever the document has a place for it: `<div data-videogen-live="form">`. What
 * the place holds before (a picture) stays where this does not run.
 */

import type { Model } from "../src/kernel/connection";
import { ClipShelf } from "./clips";
import { CompareKernel } from "./compare-kernel";
import type { RehearsalData } from "./data";
import { FormKernel } from "./form-kernel";
import { GridKernel } from "./grid-kernel";
import type { Stage, StandInKernel } from "./kernel";
import { createLoader } from "./packs";
import { followTheme } from "./theme";
import { VoteKernel } from "./vote-kernel";

/** The bundler puts it here. */
declare const REHEARSAL: RehearsalData;

interface Widget {
  initialize(given: { model: Model }): () => void;
  render(given: { model: Model; el: HTMLElement }): () => void;
}
/** A place begins when it is so near to the window, so that the first one has the line for itself. */
const NEAR = "300px";
/** Neither does what the document inherits come in. */
const HOST = ":host { all: initial; display: block }";
const PLACES = "[data-videogen-live]";

const folder = new URL(".", (document.currentScript as HTMLScriptElement).src).href;
const load = createLoader(folder);
const stage: Stage = {
  data: REHEARSAL,
  clips: new ClipShelf(load),
  load,
  later: (milliseconds, act) => void setTimeout(act, milliseconds),
};

const kernels: Readonly<Record<string, () => StandInKernel>> = {
  form: () => new FormKernel(stage),
  grid: () => new GridKernel(stage),
  compare: () => new CompareKernel(stage),
  vote: () => new VoteKernel(stage),
};

/** The page's module, from a text as in a notebook. */
async function importPage(): Promise<() => Widget> {
  const url = URL.createObjectURL(new Blob([await load("widget")], { type: "text/javascript" }));
  const page = (await import(url)) as { readonly default: () => Widget };
  URL.revokeObjectURL(url);
  return page.default;
}
let page: Promise<() => Widget> | undefined;

async function draw(place: HTMLElement): Promise<void> {
  const kind = place.dataset["videogenLive"] ?? "";
  page ??= importPage();
  const [makeWidget, css] = await Promise.all([page, load("style")]);
  const kernel = kernels[kind]?.();
  if (kernel === undefined) return;
  // The document's own styles stay outside.
  const root = place.attachShadow({ mode: "open" });
  const style = document.createElement("style");
  style.textContent = `${HOST}${css}`;
  const el = document.createElement("div");
  root.append(style, el);
  followTheme(place);
  const { initialize, render } = makeWidget();
  initialize({ model: kernel.model });
  render({ model: kernel.model, el });
}

const observer = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      observer.unobserve(target);
      void draw(target as HTMLElement);
    }
  },
  { rootMargin: NEAR },
);
for (const place of document.querySelectorAll<HTMLElement>(PLACES)) observer.observe(place);
