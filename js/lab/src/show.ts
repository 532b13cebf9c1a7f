/** *Show*: goes to the cell that holds a job, in whatever notebook it is. */

import type { JupyterFrontEnd } from "@jupyterlab/application";
import type { INotebookTracker, NotebookPanel } from "@jupyterlab/notebook";
import { readContent } from "./bundle";
import type { Job } from "./jobs";

/** In the address of a notebook that is opened in a tab of its own, as Notebook 7 does. */
const FRAGMENT = "#videogen-job=";
/** Milliseconds in which a notebook that was just opened gets its heights. */
const SETTLES = 3000;
/** What a person does who goes elsewhere. */
const ENDS = ["wheel", "pointerdown", "keydown"] as const;
/** A job's id, and the name of its grid if it has one. */
const ADDRESS = new RegExp(`^${FRAGMENT}([a-z2-7]{8})(.*)$`);

/** What is looked for: a job, or the grid that it belongs to. */
export type Wanted = Pick<Job, "id" | "grid">;

/** Return the index of the cell whose output holds a job or its grid, or -1. */
function findCell({ context }: NotebookPanel, { id, grid }: Wanted): number {
  const holds = (
    cell: NotebookPanel["context"]["model"]["cells"] extends Iterable<infer Cell> ? Cell : never,
  ) => {
    for (let index = 0; index < (cell.outputs?.length ?? 0); index += 1) {
      const data = cell.outputs?.get(index).data;
      const content = data && readContent(data);
      if (content?.jobs.some((job) => job.id === id) || (grid && content?.grid === grid)) return true;
    }
    return false;
  };
  return [...context.model.cells].findIndex(holds);
}

/** Scroll to the cell of a job and put the focus on its player; false where the notebook has none. */
async function goToCell(app: JupyterFrontEnd, panel: NotebookPanel, wanted: Wanted): Promise<boolean> {
  await panel.context.ready;
  const index = findCell(panel, wanted);
  if (index < 0) return false;
  app.shell.activateById(panel.id);
  await panel.revealed;
  panel.content.activeCellIndex = index;
  panel.content.deselectAll();
  void panel.content.scrollToItem(index, "center").catch(() => undefined); // a cell that has gone meanwhile
  keepInView(panel, () => findArea(panel, index));
  return true;
}

/** The outputs of a cell; null while it is far away and not attached. */
const findArea = ({ content }: NotebookPanel, index: number) =>
  content.widgets[index]?.node.querySelector<HTMLElement>(".jp-Cell-outputArea") ?? null;

/** Centre an output, and again while the cells above it and its clip get their heights; whoever scrolls ends that. */
function keepInView(panel: NotebookPanel, find: () => HTMLElement | null): void {
  const { node } = panel.content;
  const look = () => {
    const area = find();
    area?.scrollIntoView({ block: "center" });
    const player = [...(area?.querySelectorAll<HTMLElement>("video") ?? [])].find(
      (video) => video.offsetParent,
    );
    player?.focus({ preventScroll: true });
  };
  const observer = new ResizeObserver(look);
  const stop = () => {
    observer.disconnect();
    clearInterval(timer);
    for (const name of ENDS) node.removeEventListener(name, stop);
  };
  const until = Date.now() + SETTLES;
  // Cells far away are attached late, and are then new elements to observe.
  const timer = window.setInterval(() => {
    for (const { node: cell } of panel.content.widgets) if (cell.isConnected) observer.observe(cell);
    if (Date.now() > until) stop();
  }, 100);
  for (const name of ENDS) node.addEventListener(name, stop, { passive: true });
  look();
}

/** Open notebooks first, whatever the ledger says: they may have been renamed. */
async function findOpen(app: JupyterFrontEnd, tracker: INotebookTracker, wanted: Wanted): Promise<boolean> {
  const panel = tracker.find((one) => findCell(one, wanted) >= 0);
  return panel ? goToCell(app, panel, wanted) : false;
}

export type Show = (job: Wanted & Pick<Job, "notebook">) => Promise<boolean>;

/** Return what goes to a job's cell, and is false where there is none to go to. */
export function createShow(app: JupyterFrontEnd, tracker: INotebookTracker): Show {
  return async (job) => {
    const { id, grid, notebook } = job;
    if (await findOpen(app, tracker, job)) return true;
    if (notebook === null) return false;
    if (app.name !== "JupyterLab") {
      const address = notebook.split("/").map(encodeURIComponent).join("/");
      const { baseUrl } = app.serviceManager.serverSettings;
      return (
        window.open(`${baseUrl}notebooks/${address}${FRAGMENT}${id}${encodeURIComponent(grid ?? "")}`) !==
        null
      );
    }
    const panel = (await app.commands.execute("docmanager:open", { path: notebook })) as
      | NotebookPanel
      | undefined;
    return panel?.context ? goToCell(app, panel, job) : false;
  };
}

/** Anybody can write an address: what is no text in it names no grid. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}

/** Go where the address says, in a notebook that *Show* has opened in this tab. */
export function followAddress(app: JupyterFrontEnd, tracker: INotebookTracker): void {
  const found = ADDRESS.exec(window.location.hash);
  if (!found) return;
  const wanted = { id: found[1] ?? "", grid: decode(found[2] ?? "") };
  const go = (panel: NotebookPanel) => void panel.revealed.then(() => goToCell(app, panel, wanted));
  if (tracker.currentWidget) go(tracker.currentWidget);
  else tracker.widgetAdded.connect((_, panel) => go(panel));
}
