/** Tells the end of a job by the host's own notification, when its output is out of view. */

import type { JupyterFrontEnd } from "@jupyterlab/application";
import { Notification } from "@jupyterlab/apputils";
import type { INotebookTracker } from "@jupyterlab/notebook";
import type { ISettingRegistry } from "@jupyterlab/settingregistry";
import type { ToldJob } from "./bundle";

/** Milliseconds that a notification stays. */
const STAYS = 10_000;
/** A state that is not in here is no end. */
const WORDS: Readonly<Record<string, string>> = {
  succeeded: "Video ready",
  failed: "Video not made",
  expired: "Video no longer at the provider",
  unknown_outcome: "Outcome of a video unknown",
};

/** Whether somebody who looks at this page sees the output of this node. */
export function isOnView(node: HTMLElement): boolean {
  if (document.hidden || !node.isConnected) return false;
  const { top, bottom, width } = (node.closest(".jp-OutputArea") ?? node).getBoundingClientRect();
  return width > 0 && bottom > 0 && top < window.innerHeight;
}

/** Remembers the state of every job on this page, and tells when one has ended while it was waited for. */
export class Ends {
  readonly #states = new Map<string, string>();

  constructor(private readonly tell: (job: ToldJob, words: string, node: HTMLElement) => void) {}

  readonly see = (jobs: readonly ToldJob[], node: HTMLElement): void => {
    for (const job of jobs) {
      const before = this.#states.get(job.id);
      this.#states.set(job.id, job.state);
      const words = WORDS[job.state];
      if (before !== undefined && !(before in WORDS) && words && !isOnView(node)) this.tell(job, words, node);
    }
  };
}

/** Return what follows the setting, which is on where there are no settings. */
function readSetting(settings: ISettingRegistry | null, plugin: string): () => boolean {
  let isOn = true;
  void settings?.load(plugin).then(
    (loaded) => {
      const read = () => {
        isOn = loaded.composite["notify"] !== false;
      };
      loaded.changed.connect(read);
      read();
    },
    (error: unknown) => console.warn("jupyter-videogen: its settings could not be read.", error),
  );
  return () => isOn;
}

export function createEnds(
  app: JupyterFrontEnd,
  tracker: INotebookTracker,
  settings: ISettingRegistry | null,
  plugin: string,
): Ends {
  const isOn = readSetting(settings, plugin);
  const show = (node: HTMLElement) => {
    const panel = tracker.find(({ content }) => content.node.contains(node));
    if (panel) app.shell.activateById(panel.id);
    const shown = node.offsetParent ? node : node.closest(".jp-OutputArea"); // a record is unseen below its card
    shown?.scrollIntoView({ block: "center" });
  };
  return new Ends(({ state, title }, words, node) => {
    if (!isOn()) return;
    const actions = [{ label: "Show", callback: () => show(node) }];
    Notification.emit(`${words}: ${title}`, state === "succeeded" ? "success" : "error", {
      autoClose: STAYS,
      actions,
    });
  });
}
