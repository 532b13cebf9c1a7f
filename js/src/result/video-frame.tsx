/** The frame of the video: always there, and always in the aspect ratio of the video. */

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Icon, LocalEngineIcon } from "../components/icons";
import type { JobView } from "../kernel/protocol.gen";
import type { Appearance } from "../state/appearance";
import { strings } from "../text/strings";
import { fill } from "../text/template";
import { type DotPattern, drawDots } from "./dot-canvas";

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

interface VideoFrameProps {
  readonly appearance: Appearance;
  readonly pattern: DotPattern;
  /** Whose clip it is, or will be: engines that draw without AI are named. */
  readonly drawnBy: Pick<JobView, "simulated" | "provider_label"> | null;
  /** The model at the start; aspect ratio and length at the end. */
  readonly captions: readonly [ComponentChildren, ComponentChildren] | null;
  /** Changes whenever the theme may have changed. */
  readonly revision: number;
  readonly children?: ComponentChildren;
}

/** Redraws the dots only when something has changed. */
function DotCanvas({ pattern, revision }: { pattern: DotPattern; revision: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const latest = useRef(pattern);
  latest.current = pattern;
  useLayoutEffect(() => {
    if (canvas.current) drawDots(canvas.current, latest.current);
  }, [pattern.mode, pattern.percent, pattern.prompt, revision]);
  useLayoutEffect(() => {
    if (typeof ResizeObserver === "undefined" || canvas.current === null) return;
    const node = canvas.current;
    const observer = new ResizeObserver(() => drawDots(node, latest.current));
    observer.observe(node);
    return () => observer.disconnect();
  }, []);
  // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a canvas takes no focus, and the words beside it say the same
  return <canvas ref={canvas} aria-hidden="true" />;
}

export function VideoFrame({ appearance, pattern, drawnBy, captions, revision, children }: VideoFrameProps) {
  const isReady = appearance.frame === "ready";
  return (
    <div class="videogen-video-frame" data-state={appearance.frame}>
      <DotCanvas pattern={pattern} revision={revision} />
      {children}
      {drawnBy?.simulated && (
        <span class={`videogen-badge${isReady ? " is-over" : ""}`}>
          <LocalEngineIcon />
          {fill(strings.simulated, { engine: lowerFirst(drawnBy.provider_label) })}
        </span>
      )}
      {captions && !isReady && (
        <>
          <span class="videogen-caption is-start">{captions[0]}</span>
          <span class="videogen-caption is-end">{captions[1]}</span>
        </>
      )}
      {appearance.icon && !isReady && (
        <span class="videogen-glyph">
          <Icon name={appearance.icon} />
        </span>
      )}
    </div>
  );
}
