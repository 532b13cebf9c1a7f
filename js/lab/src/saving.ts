/** Keeps widget views out of the notebook's file, and takes them out of notebooks that were saved with them. */

import type { INotebookTracker, NotebookModel, NotebookPanel } from "@jupyterlab/notebook";
import { savedForm } from "./bundle";
import { offer } from "./host";

/** Bring every output of ours into the form that is saved. */
export function mend(model: NotebookModel): void {
  for (const cell of model.cells) {
    const { outputs } = cell;
    for (let index = 0; index < (outputs?.length ?? 0); index += 1) {
      const output = outputs?.get(index);
      const data = output && savedForm(output.data);
      if (data) output.setData({ data });
    }
  }
}

function follow(panel: NotebookPanel): void {
  const { context } = panel;
  void context.ready.then(() => {
    const { dirty } = context.model;
    mend(context.model);
    context.model.dirty = dirty; // to have looked at a notebook is not to have changed it
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
