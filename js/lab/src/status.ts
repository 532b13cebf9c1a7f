/** "2 videos · 63 %" in the status bar, or in the top area of a host without one. It never blinks. */

import type { JupyterFrontEnd } from "@jupyterlab/application";
import type { IStatusBar } from "@jupyterlab/statusbar";
import { Widget } from "@lumino/widgets";
import { make } from "./dom";
import type { Feed } from "./feed";
import { statusText } from "./jobs";

const ID = "jupyter-videogen-status";

class Status extends Widget {
  readonly #button: HTMLButtonElement;

  constructor(
    private readonly feed: Feed,
    private readonly isOn: () => boolean,
    onClick: () => void,
  ) {
    super();
    this.id = ID;
    this.addClass("jp-videogen-status");
    this.#button = make("button", { type: "button", title: "Show the videos", click: onClick });
    this.node.append(this.#button);
    this.refresh();
  }

  get isWanted(): boolean {
    return this.isOn() && this.feed.running.length > 0;
  }

  refresh(): void {
    this.#button.textContent = statusText(this.feed.running);
    this.setHidden(!this.isWanted);
  }
}

export interface Refreshed {
  refresh(): void;
}

/** Put the item where the host has a place for it. */
export function addStatus(
  app: JupyterFrontEnd,
  bar: IStatusBar | null,
  feed: Feed,
  isOn: () => boolean,
  onClick: () => void,
): Refreshed {
  const status = new Status(feed, isOn, onClick);
  const options = { item: status, align: "right", rank: 900, isActive: () => status.isWanted } as const;
  if (bar) bar.registerStatusItem(ID, options);
  else if (app.name !== "JupyterLab") app.shell.add(status, "menu", { rank: 2000 });
  feed.listen(() => status.refresh());
  return status;
}
