/** The actions for a job that has ended: remix, continue, save, star, compare, remove. */

import { IconButton } from "../components/button";
import { Icon } from "../components/icons";
import type { ClipView, FormView, JobView } from "../kernel/protocol.gen";
import type { View } from "../state/view";
import { strings } from "../text/strings";
import { fill } from "../text/template";
import { PlaybackBar } from "./playback-bar";
import type { PlayerControls } from "./player-controls";

interface JobActionsProps {
  readonly view: View;
  readonly form: FormView | null;
  readonly job: JobView;
  /** The clip that is shown, and its URL. */
  readonly clip: ClipView | null;
  readonly url: string | null;
  readonly controls: PlayerControls;
  /** Move the focus to the prompt. */
  readonly onEdit: () => void;
}

const takesImage = (form: FormView): boolean =>
  [form.other, ...form.models].some((model) => model?.takes.includes("image"));

function SaveLink({ clip, url }: { clip: ClipView; url: string }) {
  return (
    <a class="videogen-button is-subtle" href={url} download={clip.src.split("/").pop()}>
      <Icon name="save" />
      {strings.save}
    </a>
  );
}

interface ClipPickerProps {
  readonly view: View;
  readonly count: number;
  readonly take: number;
  readonly onTake: (take: number) => void;
}

/** Chooses which of several clips of a job is shown. */
export function ClipPicker({ view, count, take, onTake }: ClipPickerProps) {
  return (
    <fieldset class="videogen-chips">
      <legend class="videogen-visually-hidden">{strings.takes}</legend>
      {Array.from({ length: count }, (_, index) => (
        <label class="videogen-chip" key={strings.take + String(index)}>
          <input
            type="radio"
            name={`${view.id}-take`}
            aria-label={fill(strings.take, { number: String(index + 1) })}
            checked={index === take}
            onChange={() => onTake(index)}
          />
          {index + 1}
        </label>
      ))}
    </fieldset>
  );
}

/** The actions of the strip's keys as buttons. */
function HistoryActions({ view, job }: { view: View; job: JobView }) {
  const { history } = view.session;
  const isSelected = history.selected.value.includes(job.id);
  const remove = async () => {
    if (await history.remove(job)) view.selectedJob.value = null;
  };
  return (
    <>
      {job.clip && (
        <IconButton
          bare
          icon="compare"
          label={strings.pick}
          pressed={isSelected}
          onClick={() => history.toggleSelected(job)}
        />
      )}
      <IconButton bare icon="trash" label={strings.remove} onClick={() => void remove()} />
    </>
  );
}

export function JobActions({ view, form, job, clip, url, controls, onEdit }: JobActionsProps) {
  const { session } = view;
  const recall = (seed: boolean) => {
    session.recall(job, { seed });
    onEdit();
  };
  const continueFrom = (to: FormView) => {
    session.continueFrom(to, job);
    onEdit();
  };
  return (
    <div class="videogen-job-actions">
      {url && <PlaybackBar controls={controls} />}
      <fieldset class="videogen-actions" aria-label={strings.tools}>
        {form ? (
          <IconButton icon="remix" label={strings.remix} onClick={() => recall(false)} />
        ) : (
          <IconButton icon="edit" label={strings.edit} onClick={() => recall(true)} />
        )}
        {form && job.clip && takesImage(form) && (
          <IconButton icon="proceed" label={strings.proceed} onClick={() => continueFrom(form)} />
        )}
        {clip && url && <SaveLink clip={clip} url={url} />}
        <span class="videogen-icon-actions">
          <IconButton
            bare
            icon="star"
            label={strings.star}
            pressed={job.starred}
            solid={job.starred}
            onClick={() => void session.history.star(job)}
          />
          {form && <HistoryActions view={view} job={job} />}
        </span>
      </fieldset>
    </div>
  );
}
