/**
 * *New video*: the form on a page of its own, on a kernel of its own. The host's console brings both, and its widgets. In
 * Notebook a console opens in a tab of its own, where this extension finds it by its path.
 */

import type { JupyterFrontEnd } from "@jupyterlab/application";
import type { ConsolePanel, IConsoleTracker } from "@jupyterlab/console";
import { videos } from "./icons";

export const NEW = "jupyter-videogen:new";
const LABEL = "New video";
/** In one cell: what the first line prints would stand above the form. */
const CODE = "%load_ext jupyter_videogen\nfrom jupyter_videogen import VideoGen\nVideoGen()";
const KERNEL = { language: "python", canStart: true, shouldStart: true, autoStartDefault: true };
/** Names the session of a form; the host keeps it over a reload of the page. */
const NAME = "new-video-";
const IS_FORM = new RegExp(`(^|/)${NAME}[0-9a-z]+$`);
const HOSTS = new Set(["JupyterLab", "Jupyter Notebook"]);

/** Whether this host has kernels with this package, and pages for them. */
export const canOpen = ({ name, commands }: JupyterFrontEnd): boolean =>
  HOSTS.has(name) && commands.hasCommand("console:create");

const makeName = () => NAME + Date.now().toString(36) + Math.random().toString(36).slice(2, 8);

/** Open the form; `folder` is that of its clips, as the server writes paths. */
async function open(app: JupyterFrontEnd, folder: string): Promise<void> {
  const path = folder ? `${folder}/${makeName()}` : makeName();
  await app.commands.execute("console:create", {
    activate: true,
    name: LABEL,
    path,
    kernelPreference: KERNEL,
  });
}

/** Make a console a form: no prompt, no banner, no code on view. */
async function fill({ name }: JupyterFrontEnd, panel: ConsolePanel): Promise<void> {
  panel.addClass("jp-videogen-form");
  const { sessionContext, title } = panel;
  await sessionContext.ready;
  // The page that asks for a tab has none of its own for the console.
  if (panel.isDisposed || !panel.isAttached) return;
  title.icon = videos;
  title.label = LABEL;
  if (name !== "JupyterLab") document.title = LABEL; // its own is that of the session's path
  await panel.console.inject(CODE);
}

/** Fill the forms of this page: a new one, and one that was open before the page was loaded again. */
export function fillForms(app: JupyterFrontEnd, consoles: IConsoleTracker): void {
  consoles.widgetAdded.connect((_, panel) => {
    if (IS_FORM.test(panel.sessionContext.path)) void fill(app, panel);
  });
}

export function addNewVideo(app: JupyterFrontEnd, getFolder: () => string): void {
  app.commands.addCommand(NEW, {
    label: ({ isMenu }) => (isMenu ? "Video" : LABEL),
    caption: "Open the form on a kernel of its own",
    icon: videos,
    isVisible: () => canOpen(app),
    describedBy: {
      args: {
        type: "object",
        properties: {
          cwd: { type: "string", description: "The folder of its clips." },
          isMenu: { type: "boolean", description: "Whether it stands below “New”." },
        },
      },
    },
    execute: ({ cwd }) => open(app, typeof cwd === "string" && cwd ? cwd : getFolder()),
  });
}
