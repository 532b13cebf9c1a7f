/** Shown while a clip is loaded from the kernel: its progress, or for a large clip a button that starts it. */

import { IconButton } from "../components/button";
import type { ClipView } from "../kernel/protocol.gen";
import type { ClipSource } from "../state/clip-loader";
import * as format from "../text/format";
import { strings } from "../text/strings";
import { fill, Template } from "../text/template";

interface ClipProgressProps {
  readonly source: ClipSource;
  readonly clip: ClipView;
  readonly onLoad: () => void;
}

export function ClipProgress({ source, clip, onLoad }: ClipProgressProps) {
  const total = format.bytes(clip.bytes);
  if (source.state === "large")
    return (
      <span class="videogen-clip-progress">
        <IconButton icon="save" label={fill(strings.load, { total })} onClick={onLoad} />
      </span>
    );
  if (source.state !== "loading") return null;
  return (
    <span class="videogen-clip-progress">
      <Template
        parts={[strings.coming]}
        values={{ done: format.partialBytes(source.done, clip.bytes), total }}
      />
      <progress max={clip.bytes} value={source.done} aria-label={strings.comingLabel} />
    </span>
  );
}
