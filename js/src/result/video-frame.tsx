/** The paper the video is made on: always there, always at the target's shape, whatever happens on it. */

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Icon, LocalMark } from "../components/icons";
import type { Look } from "../state/appearance";
import { words } from "../text/strings";
import { draw, type Sheet } from "./dot-canvas";

interface SlotProps {
  readonly look: Look;
  readonly sheet: Sheet;
  readonly simulated: boolean;
  /** Model at the start, shape and length at the end. */
  readonly captions: readonly [ComponentChildren, ComponentChildren] | null;
  /** Changes when colours may have. */
  readonly turn: number;
  readonly children?: ComponentChildren;
}

/** Dots are drawn when something changed, never in a loop. */
function Paper({ sheet, turn }: { sheet: Sheet; turn: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const latest = useRef(sheet);
  latest.current = sheet;
  useLayoutEffect(() => {
    if (canvas.current) draw(canvas.current, latest.current);
  }, [sheet.mode, sheet.percent, sheet.prompt, turn]);
  useLayoutEffect(() => {
    if (typeof ResizeObserver === "undefined" || canvas.current === null) return;
    const node = canvas.current;
    const observer = new ResizeObserver(() => draw(node, latest.current));
    observer.observe(node);
    return () => observer.disconnect();
  }, []);
  // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a canvas takes no focus, and the words beside it say the same
  return <canvas ref={canvas} aria-hidden="true" />;
}

export function Slot({ look, sheet, simulated, captions, turn, children }: SlotProps) {
  const isReady = look.paper === "ready";
  return (
    <div class="videogen-slot" data-state={look.paper}>
      <Paper sheet={sheet} turn={turn} />
      {children}
      {simulated && (
        <span class={`videogen-badge${isReady ? " is-over" : ""}`}>
          <LocalMark />
          {words.simulated}
        </span>
      )}
      {captions && !isReady && (
        <>
          <span class="videogen-caption is-start">{captions[0]}</span>
          <span class="videogen-caption is-end">{captions[1]}</span>
        </>
      )}
      {look.glyph && !isReady && (
        <span class="videogen-glyph">
          <Icon name={look.glyph} />
        </span>
      )}
    </div>
  );
}
