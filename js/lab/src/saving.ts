/** Keeps widget views out of the notebook's file, and takes them out of notebooks that were saved with them. */

import type { CellModel, INotebookTracker, NotebookModel, NotebookPanel } from "@jupyterlab/notebook";
import { savedForm } from "./bundle";
import { offer } from "./host";

/** Bring every output of ours into the form that is saved. */
export function mend(model: NotebookModel): void {
  for (const cell of model.cells) mendCell(cell);
}

function mendCell({ outputs }: CellModel): void {
  for (let index = 0; index < (outputs?.length ?? 0); index += 1) {
    const output = outputs?.get(index);
    const data = output && savedForm(output.data);
    if (data) output.setData({ data });
  }
}

/** Where the server writes the notebook by itself, no output may wait for the next save. */
function mendAtOnce(model: NotebookModel): void {
  const known = new WeakSet<CellModel>();
  const look = () => {
    for (const cell of model.cells) {
      if (!known.has(cell)) cell.outputs?.changed.connect(() => queueMicrotask(() => mendCell(cell)));
      known.add(cell);
    }
  };
  look();
  model.cells.changed.connect(look);
}

function follow(panel: NotebookPanel): void {
  const { context } = panel;
  void context.ready.then(() => {
    const { dirty } = context.model;
    mend(context.model);
    context.model.dirty = dirty; // to have looked at a notebook is not to have changed it
    if (context.model.collaborative) mendAtOnce(context.model);
  });
  context.saveState.connect((_, state) => {
    if (state === "started") mend(context.model); // the model is written after this signal
  });
}

export function keepSavable(tracker: INotebookTracker): void {
  offer({ stripsViews: true });
  tracker.forEach(follow);
  tracker.widgetAdded.connect((_, panel) => follow(panel));
}
