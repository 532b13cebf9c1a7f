/** The host, and what the page of our widgets finds of this extension: `globalThis[Symbol.for("jupyter-videogen.lab")]`. */

import type { JupyterFrontEnd } from "@jupyterlab/application";

/** JupyterLite runs its kernels and keeps its files in the page: nobody answers below its address. */
export const hasServer = ({ name }: JupyterFrontEnd): boolean => name !== "JupyterLite";

export const HOST = Symbol.for("jupyter-videogen.lab");

/** Each is there where its plugin is: one may be switched off. */
export interface Host {
  /** Put a cell below the one that holds `element`; false where there is none. */
  insertBelow?(element: Element, source: string): boolean;
  /** Widgets are kept out of saved notebooks. */
  stripsViews?: true;
}

/** Add to what the page finds. */
export function offer(part: Host): void {
  const host = (globalThis as { [HOST]?: Host })[HOST];
  Object.defineProperty(globalThis, HOST, { value: { ...host, ...part }, configurable: true });
}
