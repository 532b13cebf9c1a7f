/** Our extension of JupyterLab and Notebook, where the page has it: `js/lab/src/host.ts`. */

import type { JobView } from "./protocol.gen";

/** A job as the server tells it. */
export interface Told {
  /** The server's clock, in seconds since the epoch; null where it was not asked. */
  readonly now: number | null;
  /** Somebody watches the job, or will in a moment. */
  readonly watched: boolean;
  readonly job: JobView;
}

/** What the server does for pages whose kernel has gone, and where it has clips. */
export interface JobServer {
  follow(id: string, take: (told: Told) => void, until: AbortSignal): void;
  act(asked: { readonly type: string; readonly job_id: string; readonly on?: boolean }): Promise<string>;
  clipUrl(id: string, take: number): string;
}

interface Host {
  readonly insertBelow?: (element: Element, source: string) => boolean;
  readonly stripsViews?: true;
  /** Missing where the server has no routes of ours. */
  readonly server?: JobServer;
  /** Settled once it is known whether the server has. */
  readonly asked?: Promise<unknown>;
}

const HOST = Symbol.for("jupyter-videogen.lab");

export const findHost = (): Host => (globalThis as { [HOST]?: Host })[HOST] ?? {};
