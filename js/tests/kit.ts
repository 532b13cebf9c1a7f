/** Draws the widget as a host does, and reads what it says. */

import { vi } from "vitest";
import { clip, type FakeModel } from "../gallery/fake";
import makeWidget from "../src/index";

export * from "../gallery/fake";

/** The host's address leads to the very file, as it does in JupyterLab. */
export const served = async (): Promise<Response> =>
  new Response("", { status: 206, headers: { "content-range": `bytes 0-0/${clip.bytes}` } });
vi.stubGlobal("fetch", vi.fn(served));

HTMLVideoElement.prototype.canPlayType = () => "probably";

export interface Shown {
  readonly model: FakeModel;
  readonly el: HTMLElement;
  readonly root: HTMLElement;
  readonly end: () => void;
}

/** Lets signals, effects and promises run. */
export const settle = (milliseconds = 200) => vi.advanceTimersByTimeAsync(milliseconds);

/** Draw a widget as a host does: initialize once, then one view for each element. */
export async function show(fake: FakeModel, views = 1): Promise<readonly [Shown, ...Shown[]]> {
  const { initialize, render } = makeWidget();
  const endModel = initialize({ model: fake });
  const shown = Array.from({ length: views }, () => {
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
  await settle();
  return shown as unknown as readonly [Shown, ...Shown[]];
}

export const text = (node: Element | null | undefined): string =>
  (node?.textContent ?? "").replaceAll("\u00a0", " ").trim();
export const line1 = ({ root }: Shown) => text(root.querySelector(".videogen-line1 > span"));
export const line2 = ({ root }: Shown) => text(root.querySelector(".videogen-line2"));
/** The buttons that belong to the state: not those that every finished job has. */
export const buttons = ({ root }: Shown) =>
  [...root.querySelectorAll(".videogen-result button")]
    .filter((button) => button.closest(".videogen-tools, .videogen-foot, .videogen-details") === null)
    .map((button) => text(button));
export function button({ root }: Shown, name: string): HTMLButtonElement {
  const found = [...root.querySelectorAll("button")].find((node) => text(node).startsWith(name));
  if (found === undefined) throw new Error(`no button ${name}`);
  return found;
}
export const control = <T extends HTMLElement = HTMLInputElement>({ root }: Shown, label: string): T => {
  const tag = [...root.querySelectorAll("label")].find((node) => text(node) === label);
  return root.querySelector(`#${tag?.htmlFor}`) as T;
};
export async function type(node: HTMLInputElement | HTMLTextAreaElement, value: string): Promise<void> {
  node.value = value;
  node.dispatchEvent(new Event("input", { bubbles: true }));
  await settle();
}
