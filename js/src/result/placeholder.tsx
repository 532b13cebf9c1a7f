/** The captions of a video that does not exist yet, and the examples of an empty form. */

import type { FormView, JobView } from "../kernel/protocol.gen";
import type { View } from "../state/view";
import * as format from "../text/format";
import { strings } from "../text/strings";
import { Template } from "../text/template";

/** The size that the video will have; it does not change with the job's state. */
export function getTargetSize(view: View, form: FormView | null, job: JobView | null): string {
  const { draft } = view.session;
  return job?.size ?? (form && (job === null || draft.size.peek()) ? draft.size.value : null) ?? "1280x720";
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
  if (draft.prompt.value !== "") return null;
  return (
    <ul class="videogen-examples" aria-label={strings.examplesLabel}>
      {strings.examples.map((example) => (
        <li key={example}>
          <button type="button" class="videogen-button" onClick={() => draft.set("prompt", example, form)}>
            {example}
          </button>
        </li>
      ))}
    </ul>
  );
}
