/** The icons, in the colours of the host's own: it paints whatever has `fill` or `stroke` beside its class. */

import { LabIcon } from "@jupyterlab/ui-components";

const draw = (name: string, paths: string) =>
  new LabIcon({
    name: `jupyter-videogen:${name}`,
    svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 16 16" fill="none"><g class="jp-icon3" stroke="#616161" stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round">${paths}</g></svg>`,
  });

const FRAME = '<rect x="1.5" y="3.5" width="13" height="9" rx="2"/>';
export const videos = new LabIcon({
  name: "jupyter-videogen:videos",
  svgstr:
    '<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 16 16"><path class="jp-icon3" fill="#616161" fill-rule="evenodd" d="M3 3h10a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H3a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2zm0 1.4a.6.6 0 0 0-.6.6v6c0 .33.27.6.6.6h10a.6.6 0 0 0 .6-.6V5a.6.6 0 0 0-.6-.6zM6.5 5.6l4 2.4-4 2.4z"/></svg>',
});
export const plus = draw("plus", '<path d="M8 3v10M3 8h10"/>');
export const stop = draw("stop", '<rect x="4" y="4" width="8" height="8" rx="1"/>');
export const goTo = draw("go-to", '<path d="M6 4l4 4-4 4"/>');
export const noPicture = draw("no-picture", `${FRAME}<path d="M7 6.5v3l2.5-1.5z"/>`);
