/** What the modules on demand take from this one, by name: all draw with the same Preact and speak with the same words. */

export { batch, effect, signal } from "@preact/signals";
export { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
export { Fragment, jsx, jsxs } from "preact/jsx-runtime";
export { IconButton } from "../components/button";
export { useMoment, writeClipboard } from "../components/clipboard";
export { CopiedLabel } from "../components/copied-label";
export { CopyButton } from "../components/copy-button";
export { Icon } from "../components/icons";
export { Menu, openAt } from "../components/menu";
export { describePending } from "../components/notice";
export { useRoving } from "../components/roving";
export { findHost } from "../kernel/host";
export { isOpen } from "../kernel/job-state";
export { settings } from "../kernel/protocol.gen";
export { RetryTiming } from "../kernel/retry-timing";
export { OverButton } from "../result/actions";
export { SpeedSelect } from "../result/playback-bar";
export { Player } from "../result/player";
export { createControls } from "../result/player-controls";
export { Result } from "../result/result";
export { appearances, getActions, getCardState } from "../state/appearance";
export { getMediaKind, isMediaField, mediaFields } from "../state/attachments";
export { resolveClipUrl } from "../state/clip-url";
export { MAX_SELECTED, scopes, stages } from "../state/history";
export { parsePixels, supportsDuration, supportsSize } from "../state/limits";
export { addPrice } from "../state/price-label";
export { estimateCost } from "../state/prices";
export { empty, fields, getLabel, isField } from "../state/request-draft";
export { formatCost } from "../state/status-values";
export { prefersReducedMotion } from "../state/theme";
export { NAMED, useViewState } from "../state/view-state";
export {
  aspectRatio,
  bytes,
  clock,
  dateTime,
  day,
  dimensions,
  dollars,
  duration,
  integer,
  partialBytes,
  percent,
  seconds,
  size,
} from "../text/format";
export { strings } from "../text/strings";
export { fill, getKnownParts, Template } from "../text/template";
export { isContactSheet, isSameModel } from "./grid-place";
