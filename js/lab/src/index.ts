/** The extension of JupyterLab and Notebook 7. Every part rests where there are no notebooks to edit, as in Voila. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ILayoutRestorer } from "@jupyterlab/application";
import { ICommandPalette } from "@jupyterlab/apputils";
import { IEditorLanguageRegistry } from "@jupyterlab/codemirror";
import { IConsoleTracker } from "@jupyterlab/console";
import { IDefaultFileBrowser } from "@jupyterlab/filebrowser";
import { ILauncher } from "@jupyterlab/launcher";
import { INotebookTracker } from "@jupyterlab/notebook";
import { IRenderMimeRegistry } from "@jupyterlab/rendermime";
import { ISettingRegistry } from "@jupyterlab/settingregistry";
import { IStatusBar } from "@jupyterlab/statusbar";
import { takeDrops } from "./drag";
import { addInsert } from "./insert";
import { addNewVideo, fillForms, NEW } from "./new-video";
import { openWithoutKernels } from "./no-kernels";
import { colourProse } from "./prose";
import { addRenderer } from "./renderer";
import { keepSavable } from "./saving";
import { addVideos, SHOW_PANEL } from "./videos";

const OUTPUTS = "jupyter-videogen:outputs";

const outputs: JupyterFrontEndPlugin = {
  id: OUTPUTS,
  description:
    "Shows saved videos without a kernel, keeps dead widgets out of notebooks, tells when a video is ready, and lists videos.",
  autoStart: true,
  requires: [IRenderMimeRegistry],
  optional: [INotebookTracker, IConsoleTracker, ISettingRegistry, IStatusBar, ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    registry: IRenderMimeRegistry,
    notebooks: INotebookTracker | null,
    consoles: IConsoleTracker | null,
    settings: ISettingRegistry | null,
    statusBar: IStatusBar | null,
    restorer: ILayoutRestorer | null,
  ) => {
    if (!notebooks) return;
    const videos = addVideos({ app, plugin: OUTPUTS, notebooks, settings, statusBar, restorer });
    addRenderer({ registry, notebooks, consoles, ...videos });
    keepSavable(notebooks);
    openWithoutKernels(app, notebooks);
    takeDrops(notebooks);
  },
};

const create: JupyterFrontEndPlugin = {
  id: "jupyter-videogen:new",
  description: "Opens the form for a new video, from the menus, the launcher and the command palette.",
  autoStart: true,
  optional: [INotebookTracker, IConsoleTracker, ILauncher, ICommandPalette, IDefaultFileBrowser],
  activate: (
    app: JupyterFrontEnd,
    notebooks: INotebookTracker | null,
    consoles: IConsoleTracker | null,
    launcher: ILauncher | null,
    palette: ICommandPalette | null,
    browser: IDefaultFileBrowser | null,
  ) => {
    if (!notebooks || !consoles) return;
    const { contents } = app.serviceManager;
    addNewVideo(app, () => {
      const path = notebooks.currentWidget?.context.path;
      const folder =
        path === undefined ? browser?.model.path : path.slice(0, Math.max(0, path.lastIndexOf("/")));
      return contents.localPath(folder ?? "");
    });
    fillForms(app, consoles);
    launcher?.add({ command: NEW, category: "Other", rank: 4 });
    for (const command of [NEW, SHOW_PANEL]) palette?.addItem({ command, category: "Videos" });
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

export default [outputs, create, prose, insert];
