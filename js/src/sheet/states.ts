/** The look of the state of a cell or a shot, as the other tiles have it. */

import type { GridCellView, ShotView } from "../kernel/protocol.gen";

export const frames: Readonly<Record<GridCellView["state"] | ShotView["state"], string>> = {
  planned: "waiting",
  waiting: "waiting",
  sending: "running",
  making: "running",
  ready: "ready",
  failed: "refused",
  undecided: "unknown",
  cancelled: "cancelled",
  gone: "gone",
};
