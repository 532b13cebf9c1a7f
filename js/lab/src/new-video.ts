/** *New video*: the form in a panel of its own, on a kernel of its own. The host's console brings both, and its widgets. */

import type { JupyterFrontEnd } from "@jupyterlab/application";
import type { ConsolePanel } from "@jupyterlab/console";
import { videos } from "./icons";

export const NEW = "jupyter-videogen:new";
/** In one cell: what the first line prints would stand above the form. */
const CODE = "%load_ext jupyter_videogen\nfrom jupyter_videogen import VideoGen\nVideoGen()";
const KERNEL = { language: "python", canStart: true, shouldStart: true, autoStartDefault: true };

/** Notebook opens consoles in tabs of their own, which this page cannot fill. */
export const canOpen = (app: JupyterFrontEnd): boolean =>
  app.name === "JupyterLab" && app.commands.hasCommand("console:create");

/** Open the form; `cwd` is the folder of its clips, as the server writes paths. */
async function open(app: JupyterFrontEnd, cwd: string): Promise<void> {
  const options = { activate: true, name: "New video", cwd, kernelPreference: KERNEL };
  const panel = (await app.commands.execute("console:create", options)) as ConsolePanel;
  panel.addClass("jp-videogen-form");
  await panel.sessionContext.ready;
  panel.title.icon = videos;
  await panel.console.inject(CODE);
}

export function addNewVideo(app: JupyterFrontEnd): void {
  app.commands.addCommand(NEW, {
    label: "New video",
    caption: "Open the form on a kernel of its own",
    icon: videos,
    isVisible: () => canOpen(app),
    describedBy: {
      args: {
        type: "object",
        properties: { cwd: { type: "string", description: "The folder of its clips." } },
      },
    },
    execute: ({ cwd }) => open(app, typeof cwd === "string" ? cwd : ""),
  });
}
