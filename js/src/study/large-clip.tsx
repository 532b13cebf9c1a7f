/** One clip as large as the window allows, with its sound, its prompt and its facts; Esc closes it. */

import { useLayoutEffect, useRef } from "preact/hooks";
import { IconButton } from "../components/button";
import type { Cell, Row } from "./facts";
import { strings } from "./strings";
import { listFacts } from "./words";

interface LargeClipProps {
  readonly row: Row;
  readonly cell: Cell;
  readonly onClose: () => void;
}

export function LargeClip({ row, cell, onClose }: LargeClipProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog
      ref={dialog}
      class="videogen-study-large"
      aria-label={cell.name}
      style={{ "--videogen-own": `${cell.width ?? 1280}px` }}
      onClose={onClose}
    >
      <div class="videogen-study-large-head">
        <b>
          <bdi>{cell.name}</bdi>
        </b>
        <span class="videogen-spacer" />
        <IconButton bare icon="close" label={strings.close} onClick={() => dialog.current?.close()} />
      </div>
      {/* biome-ignore lint/a11y/useMediaCaption: captions are on the clip's card and record; the prompt stands below */}
      <video
        src={cell.clip?.src}
        poster={cell.clip?.poster || undefined}
        controls
        loop
        autoplay
        playsInline
      />
      <p>
        <bdi>{row.prompt}</bdi>
      </p>
      <p class="videogen-hint">{listFacts(cell).join(" · ")}</p>
    </dialog>
  );
}
