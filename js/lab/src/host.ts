/** The host, and what the page of our widgets finds of this extension: `globalThis[Symbol.for("jupyter-videogen.lab")]`. */

import type { JupyterFrontEnd } from "@jupyterlab/application";

/** JupyterLite runs its kernels and keeps its files in the page: nobody answers below its address. */
export const hasServer = ({ name }: JupyterFrontEnd): boolean => name !== "JupyterLite";

export const HOST = Symbol.for("jupyter-videogen.lab");

/** A job as the server tells it; what it is beside these fields is for the page of our widgets to know. */
export interface Told {
  /** The server's clock, in seconds since the epoch; null where it was not asked. */
  readonly now: number | null;
  /** Somebody watches the job, or will in a moment. */
  readonly watched: boolean;
  readonly job: {
    readonly id: string;
    readonly state: string;
    readonly searching: boolean;
    readonly progress: number | null;
  };
}

/** Jobs and clips from the server, for pages whose kernel is gone. */
export interface JobServer {
  /** Tell of a job at once and whenever it has changed, until `until` is aborted. */
  follow(id: string, take: (told: Told) => void, until: AbortSignal): void;
  /** Cancel, stop watching, watch again or star; resolves to why not, or to an empty text. */
  act(asked: { readonly type: string; readonly job_id: string; readonly on?: boolean }): Promise<string>;
  /** The address of a clip. */
  clipUrl(id: string, take: number): string;
}

/** Each is there where its plugin is: one may be switched off. */
export interface Host {
  /** Put a cell below the one that holds `element`; false where there is none. */
  insertBelow?(element: Element, source: string): boolean;
  /** Widgets are kept out of saved notebooks. */
  stripsViews?: true;
  /** Missing where the server has no routes of ours. */
  server?: JobServer;
  /** Settled once it is known whether the server has. */
  asked?: Promise<unknown>;
}

/** Add to what the page finds. */
export function offer(part: Host): void {
  const host = (globalThis as { [HOST]?: Host })[HOST];
  Object.defineProperty(globalThis, HOST, { value: { ...host, ...part }, configurable: true });
}
