/** A form that goes on from a clip's last frame offers to tell both as a story: its cell is put below, or copied. */

import { useMoment, writeClipboard } from "../components/clipboard";
import { CopiedLabel } from "../components/copied-label";
import { findHost } from "../kernel/host";
import { strings } from "../parts/strings";
import type { Attachment } from "../state/attachments";
import type { View } from "../state/view";

const CLIP = /^clip:([a-z2-7]{8})$/;

function writeStory(job: string, prompt: string): string {
  const shots = `vg.job(${JSON.stringify(job)}).clip, ${JSON.stringify(prompt)}`;
  return `import jupyter_videogen as vg\n\nvg.story([${shots}], name=${JSON.stringify(`story-${job}`)})`;
}

interface AsStoryProps {
  readonly view: View;
  readonly attachment: Attachment | undefined;
}

export function AsStory({ view, attachment }: AsStoryProps) {
  const [isCopied, sayCopied] = useMoment();
  const { connection, draft } = view.session;
  const job = CLIP.exec(attachment?.media?.source ?? "")?.[1];
  if (job === undefined || connection.form.value?.guest) return null;
  const tell = async (place: Element) => {
    const code = writeStory(job, draft.prompt.peek());
    if (findHost().insertBelow?.(place, code) || !(await writeClipboard(code))) return;
    sayCopied();
  };
  return (
    <button
      type="button"
      class="videogen-button is-subtle"
      title={strings.asStoryHint}
      onClick={({ currentTarget }) => void tell(currentTarget)}
    >
      <CopiedLabel isCopied={isCopied}>{strings.asStory}</CopiedLabel>
    </button>
  );
}
