/** *Insert cell below*: a command, and what the page calls. It inserts text and never runs it. */

import type { JupyterFrontEnd } from "@jupyterlab/application";
import { type INotebookTracker, NotebookActions, type NotebookPanel } from "@jupyterlab/notebook";

import { offer } from "./host";

export const COMMAND = "jupyter-videogen:insert-cell-below";
/** Return the nearest node around `element` that `test` accepts; a shadow root is left by its host. */
function around(element: Node | null, test: (node: Node) => boolean): boolean {
  for (let node = element; node; node = node.parentNode ?? (node as Partial<ShadowRoot>).host ?? null) {
    if (test(node)) return true;
  }
  return false;
}

export function insertCell({ content }: NotebookPanel, index: number, source: string): void {
  content.activeCellIndex = index;
  content.deselectAll();
  NotebookActions.insertBelow(content);
  content.activeCell?.model.sharedModel.setSource(source);
}

export function addInsert(app: JupyterFrontEnd, tracker: INotebookTracker): void {
  offer({
    insertBelow(element, source) {
      const panel = tracker.find(({ content }) => around(element, (node) => node === content.node));
      const index =
        panel?.content.widgets.findIndex((cell) => around(element, (node) => node === cell.node)) ?? -1;
      if (!panel || index < 0) return false;
      insertCell(panel, index, source);
      return true;
    },
  });
  app.commands.addCommand(COMMAND, {
    label: "Insert cell below",
    describedBy: {
      args: {
        type: "object",
        properties: { source: { type: "string", description: "The text of the new cell." } },
        required: ["source"],
      },
    },
    execute: ({ source }) => {
      const panel = tracker.currentWidget;
      if (panel && typeof source === "string") insertCell(panel, panel.content.activeCellIndex, source);
    },
  });
}
