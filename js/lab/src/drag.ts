/** A clip that is dropped on a notebook becomes a cell that shows it; forms take their own drops. */

import type { INotebookTracker, NotebookPanel } from "@jupyterlab/notebook";
import { insertCell } from "./insert";

/** As `JOB_TYPE` of the page, which takes it as a start image. */
export const JOB_TYPE = "application/x-videogen-job";
const JOB_ID = /^[a-z2-7]{8}$/;

const isOverWidget = (event: DragEvent): boolean =>
  event.composedPath().some((node) => node instanceof Element && node.classList.contains("videogen"));

/** Return the notebook below a drag of a clip, null where it is another's to take. */
function findTarget(tracker: INotebookTracker, event: DragEvent): NotebookPanel | null {
  if (!event.dataTransfer?.types.includes(JOB_TYPE) || isOverWidget(event)) return null;
  return tracker.find(({ content }) => event.composedPath().includes(content.node)) ?? null;
}

export function takeDrops(tracker: INotebookTracker): void {
  document.addEventListener(
    "dragover",
    (event) => {
      if (findTarget(tracker, event)) event.preventDefault();
    },
    true,
  );
  document.addEventListener(
    "drop",
    (event) => {
      const panel = findTarget(tracker, event);
      const id = event.dataTransfer?.getData(JOB_TYPE) ?? "";
      if (!panel || !JOB_ID.test(id)) return;
      event.preventDefault();
      event.stopPropagation(); // the editor would write the text of the drag
      const { widgets } = panel.content;
      const below = widgets.findIndex(({ node }) => event.composedPath().includes(node));
      insertCell(panel, below < 0 ? widgets.length - 1 : below, `%videogen show ${id}`);
    },
    true,
  );
}
