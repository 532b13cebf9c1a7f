/**
 * A site without any kernel, as JupyterLite makes one of notebooks that are only to be read, asks for one each time that a
 * notebook is opened. The question lies over the clips and has no answer, so it is not asked there.
 */

import type { JupyterFrontEnd } from "@jupyterlab/application";
import type { INotebookTracker, NotebookPanel } from "@jupyterlab/notebook";

type Kernels = JupyterFrontEnd["serviceManager"]["kernelspecs"];

const hasNone = ({ specs }: Kernels): boolean => Object.keys(specs?.kernelspecs ?? {}).length === 0;

/** Open notebooks without a kernel where there is none; the menu still offers to choose one. */
export function openWithoutKernels({ serviceManager }: JupyterFrontEnd, tracker: INotebookTracker): void {
  const { kernelspecs } = serviceManager;
  const release = async ({ sessionContext }: NotebookPanel) => {
    await kernelspecs.ready;
    if (hasNone(kernelspecs))
      sessionContext.kernelPreference = { ...sessionContext.kernelPreference, shouldStart: false };
  };
  tracker.widgetAdded.connect((_, panel) => void release(panel));
}
