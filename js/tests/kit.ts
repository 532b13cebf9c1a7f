/** Renders the widget as a host does, and reads its texts. */

import { afterEach, beforeEach, vi } from "vitest";
import { clip, type FakeModel, START } from "../gallery/fake";
import makeWidget from "../src/index";

export * from "../gallery/fake";

/** The host's URL serves the clip, as in JupyterLab. */
export const serveClip = async (): Promise<Response> =>
  new Response("", { status: 206, headers: { "content-range": `bytes 0-0/${clip.bytes}` } });
vi.stubGlobal("fetch", vi.fn(serveClip));

HTMLVideoElement.prototype.canPlayType = () => "probably";

export interface Widget {
  readonly model: FakeModel;
  readonly el: HTMLElement;
  readonly root: HTMLElement;
  readonly end: () => void;
}

/** Lets signals, effects and promises run. */
export const settle = (milliseconds = 200) => vi.advanceTimersByTimeAsync(milliseconds);

const rendered: Widget[] = [];

/** Use a fake clock in each test of a file, `seconds` after START, and remove the widgets that the test rendered. */
export function setUpTests(seconds = 0): void {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.setSystemTime((START + seconds) * 1000);
  });
  afterEach(() => {
    for (const { end } of rendered.splice(0)) end();
    vi.restoreAllMocks();
    vi.useRealTimers();
  });
}

/** Render a widget as a host does: initialize once, then one view for each element. */
export async function renderWidget(fake: FakeModel, views = 1): Promise<readonly [Widget, ...Widget[]]> {
  const { initialize, render } = makeWidget();
  const endModel = initialize({ model: fake });
  const widgets = Array.from({ length: views }, () => {
    const el = document.createElement("div");
    document.body.append(el);
    const endView = render({ model: fake, el });
    const root = el.firstElementChild as HTMLElement;
    const end = () => {
      endView();
      endModel();
      el.remove();
    };
    return { model: fake, el, root, end };
  });
  rendered.push(...widgets);
  await settle();
  return widgets as unknown as readonly [Widget, ...Widget[]];
}

export const text = (node: Element | null | undefined): string =>
  (node?.textContent ?? "").replaceAll("\u00a0", " ").trim();
export const line1 = ({ root }: Widget) => text(root.querySelector(".videogen-headline > span"));
export const line2 = ({ root }: Widget) => text(root.querySelector(".videogen-explanation"));
/** The buttons that belong to the state: not those that every finished job has. */
export const buttons = ({ root }: Widget) =>
  [...root.querySelectorAll(".videogen-result button")]
    .filter(
      (button) =>
        button.closest(
          ".videogen-job-actions, .videogen-footer, .videogen-details, .videogen-player, .videogen-details-button",
        ) === null,
    )
    .map((button) => text(button));
export function button({ root }: Widget, name: string): HTMLButtonElement {
  const found = [...root.querySelectorAll("button")].find((node) => text(node).startsWith(name));
  if (found === undefined) throw new Error(`no button ${name}`);
  return found;
}
export const control = <T extends HTMLElement = HTMLInputElement>({ root }: Widget, label: string): T => {
  const tag = [...root.querySelectorAll("label")].find((node) => text(node) === label);
  return root.querySelector(`#${tag?.htmlFor}`) as T;
};
export async function type(node: HTMLInputElement | HTMLTextAreaElement, value: string): Promise<void> {
  node.value = value;
  node.dispatchEvent(new Event("input", { bubbles: true }));
  await settle();
}
