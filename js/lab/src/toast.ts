/** Tells the end of a job by the host's own notification, when its output is out of view. */

import type { JupyterFrontEnd } from "@jupyterlab/application";
import { Notification } from "@jupyterlab/apputils";
import type { INotebookTracker } from "@jupyterlab/notebook";
import { Announcer, type Channel, type End, summarise, WORDS } from "./announcer";
import type { ToldJob } from "./bundle";
import type { IsOn } from "./settings";

/** Milliseconds that a notification stays. */
const STAYS = 10_000;
/** Whether somebody who looks at this page sees the output of this node. */
export function isOnView(node: HTMLElement): boolean {
  if (document.hidden || !node.isConnected) return false;
  const { top, bottom, width } = (node.closest(".jp-OutputArea") ?? node).getBoundingClientRect();
  return width > 0 && bottom > 0 && top < window.innerHeight;
}

/** Remembers the state of every job on this page and where it is shown, and hands on what has ended. */
export class Ends {
  readonly #states = new Map<string, string>();
  readonly #nodes = new Map<string, HTMLElement>();

  constructor(private readonly onEnd: (end: End) => void) {}

  /** Jobs that an output shows. */
  readonly see = (jobs: readonly ToldJob[], node: HTMLElement): void => {
    for (const job of jobs) {
      this.#nodes.set(job.id, node);
      const before = this.#states.get(job.id);
      this.#states.set(job.id, job.state);
      if (before !== undefined && !(before in WORDS)) this.hear(job);
    }
  };

  /** A job whose state has changed. */
  readonly hear = (end: End): void => {
    if (end.state in WORDS) this.onEnd(end);
  };

  nodeOf(id: string): HTMLElement | null {
    const node = this.#nodes.get(id);
    return node?.isConnected ? node : null;
  }
}

interface Shows {
  one(id: string): void;
  all(): void;
}

function openChannel(app: JupyterFrontEnd): Channel | null {
  if (typeof BroadcastChannel === "undefined") return null;
  return new BroadcastChannel(`jupyter-videogen ${app.serviceManager.serverSettings.baseUrl}`);
}

/** Return what takes the ends that the page and the server tell. */
export function createEnds(app: JupyterFrontEnd, isOn: IsOn, shows: Shows): Ends {
  const tell = (ends: readonly End[]) => {
    const { text, isGood } = summarise(ends);
    const [only] = ends.length === 1 ? ends : [];
    const callback = () => (only ? shows.one(only.id) : shows.all());
    Notification.emit(text, isGood ? "success" : "error", {
      autoClose: STAYS,
      actions: [{ label: "Show", callback }],
    });
  };
  const ends: Ends = new Ends((end) => {
    if (isOn("notify")) announcer.ended(end);
  });
  const isSeen = (id: string) => {
    const node = ends.nodeOf(id);
    return node !== null && isOnView(node);
  };
  const announcer = new Announcer(openChannel(app), {
    isOnView: isSeen,
    hasOutput: (id) => ends.nodeOf(id) !== null,
    tell,
  });
  return ends;
}

/** Scroll to the output that shows a job. */
export function scrollTo(app: JupyterFrontEnd, tracker: INotebookTracker, node: HTMLElement): void {
  const panel = tracker.find(({ content }) => content.node.contains(node));
  if (panel) app.shell.activateById(panel.id);
  const shown = node.offsetParent ? node : node.closest(".jp-OutputArea"); // a record is unseen below its card
  shown?.scrollIntoView({ block: "center" });
}
