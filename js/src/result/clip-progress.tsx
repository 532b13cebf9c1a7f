/** What stands in the slot while a clip comes from the kernel: how far it is, or the question whether to begin. */

import { Quiet } from "../components/button";
import type { ClipView } from "../kernel/protocol.gen";
import type { Reach } from "../state/clip-loader";
import * as format from "../text/format";
import { words } from "../text/strings";
import { fill, Say } from "../text/template";

interface ComingProps {
  readonly reach: Reach;
  readonly clip: ClipView;
  readonly onLoad: () => void;
}

export function Coming({ reach, clip, onLoad }: ComingProps) {
  const total = format.bytes(clip.bytes);
  if (reach.state === "asks")
    return (
      <span class="videogen-coming">
        <Quiet icon="save" label={fill(words.load, { total })} onClick={onLoad} />
      </span>
    );
  if (reach.state !== "coming") return null;
  return (
    <span class="videogen-coming">
      <Say parts={[words.coming]} values={{ done: format.part(reach.done, clip.bytes), total }} />
      <progress max={clip.bytes} value={reach.done} aria-label={words.comingLabel} />
    </span>
  );
}
