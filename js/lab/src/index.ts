/** The extension of JupyterLab and Notebook 7. Every part rests where there are no notebooks to edit, as in Voila. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { IEditorLanguageRegistry } from "@jupyterlab/codemirror";
import { IConsoleTracker } from "@jupyterlab/console";
import { INotebookTracker } from "@jupyterlab/notebook";
import { IRenderMimeRegistry } from "@jupyterlab/rendermime";
import { ISettingRegistry } from "@jupyterlab/settingregistry";
import { addInsert } from "./insert";
import { colourProse } from "./prose";
import { addRenderer } from "./renderer";
import { keepSavable } from "./saving";
import { createEnds } from "./toast";

const OUTPUTS = "jupyter-videogen:outputs";

const outputs: JupyterFrontEndPlugin = {
  id: OUTPUTS,
  description:
    "Shows saved videos without a kernel, keeps dead widgets out of notebooks, and tells when a video is ready.",
  autoStart: true,
  requires: [IRenderMimeRegistry],
  optional: [INotebookTracker, IConsoleTracker, ISettingRegistry],
  activate: (
    app: JupyterFrontEnd,
    registry: IRenderMimeRegistry,
    notebooks: INotebookTracker | null,
    consoles: IConsoleTracker | null,
    settings: ISettingRegistry | null,
  ) => {
    if (!notebooks) return;
    const ends = createEnds(app, notebooks, settings, OUTPUTS);
    addRenderer({ registry, notebooks, consoles, onJobs: ends.see });
    keepSavable(notebooks);
  },
};

const prose: JupyterFrontEndPlugin = {
  id: "jupyter-videogen:prose",
  description: "Colours the text of %%videogen cells as prose.",
  autoStart: true,
  optional: [INotebookTracker, IEditorLanguageRegistry],
  activate: (
    _: JupyterFrontEnd,
    notebooks: INotebookTracker | null,
    languages: IEditorLanguageRegistry | null,
  ) => {
    if (notebooks && languages) colourProse(languages, notebooks);
  },
};

const insert: JupyterFrontEndPlugin = {
  id: "jupyter-videogen:insert",
  description: "Inserts a cell below the one whose video is on view.",
  autoStart: true,
  optional: [INotebookTracker],
  activate: (app: JupyterFrontEnd, notebooks: INotebookTracker | null) => {
    if (notebooks) addInsert(app, notebooks);
  },
};

export default [outputs, prose, insert];
