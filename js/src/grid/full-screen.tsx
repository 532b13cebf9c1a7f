/** One clip over the whole screen; where the host forbids that, over the whole grid. */

import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { Icon } from "../components/icons";
import type { GridCellView } from "../kernel/protocol.gen";
import { Player } from "../result/player";
import { createControls } from "../result/player-controls";
import { strings } from "../sheet/strings";
import type { Stage } from "./stage";

interface FullScreenProps {
  readonly stage: Stage;
  readonly cell: GridCellView;
  readonly name: string;
  readonly onClose: () => void;
}

export function FullScreen({ stage, cell, name, onClose }: FullScreenProps) {
  const controls = useMemo(() => createControls(null), []);
  const box = useRef<HTMLDivElement>(null);
  const { clip, job_id: id } = cell;
  const source = clip && id ? stage.session.clipLoader.getSource({ id }, 0, clip).value : null;
  useLayoutEffect(() => {
    const end = new AbortController();
    const node = box.current;
    let wasFull = false;
    document.addEventListener(
      "fullscreenchange",
      () => {
        if (document.fullscreenElement) wasFull = true;
        else if (wasFull) onClose();
      },
      { signal: end.signal },
    );
    // The whole of it, so that what has the focus is on the screen.
    void node?.requestFullscreen?.()?.catch(() => undefined);
    node?.querySelector<HTMLElement>("button")?.focus();
    return () => end.abort();
  }, []);
  /** The focus goes back once the screen is the page's again: before, browsers take it away. */
  const leave = () => {
    if (document.fullscreenElement) void document.exitFullscreen();
    else onClose();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    event.stopPropagation();
    if (event.key !== "Escape" && event.key !== "Enter") return;
    if (event.key === "Enter" && event.target instanceof HTMLButtonElement) return;
    event.preventDefault();
    leave();
  };
  return (
    <div
      ref={box}
      class="videogen-full"
      role="dialog"
      aria-modal="true"
      aria-label={name}
      onKeyDown={onKeyDown}
    >
      <button
        type="button"
        class="videogen-full-close"
        aria-label={strings.close}
        title={strings.close}
        onClick={leave}
      >
        <Icon name="close" />
      </button>
      <div class="videogen-video-frame" data-state="ready">
        {source?.state === "ready" && (
          <Player
            url={source.url}
            prompt={name}
            isNew={false}
            controls={controls}
            letters={{ s: () => stage.star(cell) }}
            onBroken={() => undefined}
          />
        )}
      </div>
    </div>
  );
}
