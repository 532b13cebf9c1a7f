/** What can be done with a job that is over: something like it, what comes after it, its file, its code. */

import { Quiet } from "../components/button";
import { Icon } from "../components/icons";
import type { ClipView, FormView, JobView } from "../kernel/protocol.gen";
import type { View } from "../state/view";
import { words } from "../text/strings";
import { fill } from "../text/template";
import { Transport } from "./playback-bar";
import type { Screen } from "./player-controls";

interface ToolsProps {
  readonly view: View;
  readonly form: FormView | null;
  readonly job: JobView;
  /** The clip on view, and where it can be had. */
  readonly clip: ClipView | null;
  readonly url: string | null;
  readonly screen: Screen;
  /** Put the cursor where the next thing is typed. */
  readonly onEdit: () => void;
}

const takesImage = (form: FormView): boolean =>
  [form.other, ...form.models].some((model) => model?.takes.includes("image"));

function Save({ clip, url }: { clip: ClipView; url: string }) {
  return (
    <a class="videogen-button is-quiet" href={url} download={clip.src.split("/").pop()}>
      <Icon name="save" />
      {words.save}
    </a>
  );
}

interface TakesProps {
  readonly view: View;
  readonly count: number;
  readonly take: number;
  readonly onTake: (take: number) => void;
}

/** Which of several clips of one job is on view. */
export function Takes({ view, count, take, onTake }: TakesProps) {
  return (
    <fieldset class="videogen-chips">
      <legend class="videogen-unseen">{words.takes}</legend>
      {Array.from({ length: count }, (_, index) => (
        <label class="videogen-chip" key={words.take + String(index)}>
          <input
            type="radio"
            name={`${view.id}-take`}
            aria-label={fill(words.take, { number: String(index + 1) })}
            checked={index === take}
            onChange={() => onTake(index)}
          />
          {index + 1}
        </label>
      ))}
    </fieldset>
  );
}

/** What the strip's keys do, for those who have none at hand. */
function Shelved({ view, job }: { view: View; job: JobView }) {
  const { library } = view.session;
  const isPicked = library.picked.value.includes(job.id);
  const remove = async () => {
    if (await library.remove(job)) view.shown.value = null;
  };
  return (
    <>
      {job.clip && (
        <Quiet bare icon="compare" label={words.pick} pressed={isPicked} onClick={() => library.pick(job)} />
      )}
      <Quiet bare icon="trash" label={words.remove} onClick={() => void remove()} />
    </>
  );
}

export function Tools({ view, form, job, clip, url, screen, onEdit }: ToolsProps) {
  const { session } = view;
  const recall = (seed: boolean) => {
    session.recall(job, { seed });
    onEdit();
  };
  const proceed = (to: FormView) => {
    session.proceed(to, job);
    onEdit();
  };
  return (
    <div class="videogen-tools">
      {url && <Transport screen={screen} />}
      <fieldset class="videogen-acts" aria-label={words.tools}>
        {form ? (
          <Quiet icon="remix" label={words.remix} onClick={() => recall(false)} />
        ) : (
          <Quiet icon="edit" label={words.edit} onClick={() => recall(true)} />
        )}
        {form && job.clip && takesImage(form) && (
          <Quiet icon="proceed" label={words.proceed} onClick={() => proceed(form)} />
        )}
        {clip && url && <Save clip={clip} url={url} />}
        <span class="videogen-marks">
          <Quiet
            bare
            icon="star"
            label={words.star}
            pressed={job.starred}
            solid={job.starred}
            onClick={() => void session.library.star(job)}
          />
          {form && <Shelved view={view} job={job} />}
        </span>
      </fieldset>
    </div>
  );
}
