/** The captions of a video that does not exist yet, and the examples of an empty form. */

import { useRef } from "preact/hooks";
import type { FormView, JobView } from "../kernel/protocol.gen";
import type { View } from "../state/view";
import * as format from "../text/format";
import { strings } from "../text/strings";
import { Template } from "../text/template";

const STANDARD_SIZE = "1280x720";

/** The size that is asked for; where only the shape is, in 720p. */
function getAskedSize({ size, request }: JobView): string | null {
  const [across, down] = (request.aspect ?? "").split(":").map(Number);
  if (size !== null || !across || !down) return size;
  const scale = 720 / Math.min(across, down);
  return `${Math.round(across * scale)}x${Math.round(down * scale)}`;
}

const getClipSize = ({ clip }: JobView): string | null =>
  clip?.width && clip.height ? `${clip.width}x${clip.height}` : null;

/** The size of the frame. It is decided when the job is first shown, and does not change with the job's state. */
export function useTargetSize(view: View, form: FormView | null, job: JobView | null): string {
  const { draft } = view.session;
  const decided = useRef<{ job: string; size: string } | null>(null);
  if (job === null) return (form && draft.size.value) || STANDARD_SIZE;
  const drafted = form && draft.size.peek() ? draft.size.peek() : null;
  if (decided.current?.job !== job.id)
    decided.current = {
      job: job.id,
      size: getAskedSize(job) ?? getClipSize(job) ?? drafted ?? STANDARD_SIZE,
    };
  return decided.current.size;
}

export function Captions({ target, seconds }: { target: string; seconds: number | null }) {
  const parts = ["{shape}", "{length}"];
  const values = {
    shape: format.aspectRatio(target) ?? format.size(target),
    length: seconds === null ? undefined : format.seconds(seconds),
  };
  return <Template parts={parts} values={values} between=" · " />;
}

export function Examples({ view, form }: { view: View; form: FormView }) {
  const { draft } = view.session;
  // They keep their place: a box that closes while somebody types would move what is below.
  const isHidden = draft.prompt.value !== "";
  const use = (example: string) => {
    draft.set("prompt", example, form);
    view.wantedField.value = "prompt";
  };
  return (
    <ul data-hidden={isHidden} inert={isHidden} class="videogen-examples" aria-label={strings.examplesLabel}>
      {strings.examples.map((example) => (
        <li key={example}>
          <button type="button" class="videogen-button" onClick={() => use(example)}>
            {example}
          </button>
        </li>
      ))}
    </ul>
  );
}
