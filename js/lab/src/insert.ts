/** *Insert cell below*: a command, and what the page calls. It inserts text and never runs it. */

import type { JupyterFrontEnd } from "@jupyterlab/application";
import { type INotebookTracker, NotebookActions, type NotebookPanel } from "@jupyterlab/notebook";

export const COMMAND = "jupyter-videogen:insert-cell-below";
/** By this the page finds the extension: `globalThis[Symbol.for("jupyter-videogen.lab")]?.insertBelow(element, source)`. */
export const HOST = Symbol.for("jupyter-videogen.lab");

export interface Host {
  /** Put a cell below the one that holds `element`; false where there is none. */
  insertBelow(element: Element, source: string): boolean;
}

/** Return the nearest node around `element` that `test` accepts; a shadow root is left by its host. */
function around(element: Node | null, test: (node: Node) => boolean): boolean {
  for (let node = element; node; node = node.parentNode ?? (node as Partial<ShadowRoot>).host ?? null) {
    if (test(node)) return true;
  }
  return false;
}

function insert({ content }: NotebookPanel, index: number, source: string): void {
  content.activeCellIndex = index;
  content.deselectAll();
  NotebookActions.insertBelow(content);
  content.activeCell?.model.sharedModel.setSource(source);
}

export function addInsert(app: JupyterFrontEnd, tracker: INotebookTracker): void {
  const host: Host = {
    insertBelow(element, source) {
      const panel = tracker.find(({ content }) => around(element, (node) => node === content.node));
      const index =
        panel?.content.widgets.findIndex((cell) => around(element, (node) => node === cell.node)) ?? -1;
      if (!panel || index < 0) return false;
      insert(panel, index, source);
      return true;
    },
  };
  Object.defineProperty(globalThis, HOST, { value: host, configurable: true });
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
      if (panel && typeof source === "string") insert(panel, panel.content.activeCellIndex, source);
    },
  });
}
