/** The actions for a job that has ended: remix, continue, save, star, compare, remove. */

import type { ComponentChildren } from "preact";
import { IconButton } from "../components/button";
import { Icon, type IconName } from "../components/icons";
import type { ClipView, FormView, JobView } from "../kernel/protocol.gen";
import type { View } from "../state/view";
import { strings } from "../text/strings";
import { fill } from "../text/template";
import { ShareButton } from "./share-button";

const takesImage = (form: FormView): boolean =>
  [form.other, ...form.models].some((model) => model?.takes.includes("image"));

const getFileName = (clip: ClipView) => clip.src.split("/").pop();

/** Keeps its place while the clip is looked for. */
function SaveLink({ clip, url }: { clip: ClipView | null; url: string | null }) {
  const target =
    clip && url
      ? ({ href: url, download: getFileName(clip) } as const)
      : ({ role: "link", "aria-disabled": true } as const);
  return (
    <a class="videogen-button is-subtle videogen-brief-action" title={strings.save} {...target}>
      <Icon name="save" />
      <span>{strings.save}</span>
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

/** What can be done with a job; null where this form or this clip can't. */
export interface JobCommands {
  readonly remix: (() => void) | null;
  /** Opens the form of a card, with the seed. */
  readonly edit: (() => void) | null;
  readonly proceed: (() => void) | null;
  readonly star: () => void;
  readonly pick: (() => void) | null;
  readonly isPicked: boolean;
  /** Offers other clips to see beside a card's. */
  readonly compare: (() => void) | null;
  readonly remove: (() => void) | null;
}

/** Without a kernel nothing new is made of a job. */
const noCommands = {
  remix: null,
  edit: null,
  proceed: null,
  pick: null,
  isPicked: false,
  compare: null,
  remove: null,
} as const;

export function getCommands(view: View, form: FormView | null, job: JobView | null): JobCommands {
  const { session } = view;
  const { history } = session;
  const onJob = (act: (job: JobView) => unknown) => () => {
    if (job !== null) void act(job);
  };
  const edit = (filled: Promise<void>) =>
    filled.then(() => {
      view.wantedField.value = "prompt";
    });
  const remove = async (gone: JobView) => {
    if (await history.remove(gone)) view.selectedJob.value = null;
  };
  const { server } = session.connection;
  const star = onJob((one) => history.star(one));
  if (server) return { ...noCommands, star };
  const isCard = session.connection.form.value === null && !session.connection.disconnected.value;
  const canPick = form !== null && job?.clip !== undefined;
  return {
    remix: onJob((one) => edit(session.recall(one, { seed: false }))),
    edit: form ? null : onJob((one) => edit(session.recall(one, { seed: true }))),
    proceed: form === null || takesImage(form) ? onJob((one) => edit(session.proceed(one))) : null,
    star,
    pick: canPick ? onJob((one) => history.toggleSelected(one)) : null,
    compare: isCard
      ? onJob((one) => {
          view.overlay.value = { kind: "clips", job: one };
        })
      : null,
    isPicked: job !== null && history.selected.value.includes(job.id),
    remove: form ? onJob(remove) : null,
  };
}

interface JobActionsProps {
  readonly view: View;
  readonly job: JobView | null;
  /** The clip that is shown, and its URL. */
  readonly clip: ClipView | null;
  readonly take: number;
  readonly url: string | null;
  readonly commands: JobCommands;
  /** Keep the place of the actions of a job that has not ended. */
  readonly isGhost: boolean;
  readonly children?: ComponentChildren;
}

/** The row below the facts. */
export function JobActions({ view, job, clip, take, url, commands, isGhost, children }: JobActionsProps) {
  const isStarred = job?.starred ?? false;
  const hasClip = isGhost || clip !== null;
  return (
    <fieldset class="videogen-job-actions" aria-label={strings.tools} inert={isGhost}>
      {!hasClip && commands.edit ? (
        <IconButton icon="edit" label={strings.edit} onClick={commands.edit} />
      ) : (
        commands.remix && (
          <IconButton icon="remix" label={strings.remix} hint={strings.remixHint} onClick={commands.remix} />
        )
      )}
      {hasClip && commands.proceed && (
        <IconButton
          icon="proceed"
          label={strings.proceed}
          hint={strings.proceedHint}
          onClick={commands.proceed}
        />
      )}
      {hasClip && <SaveLink clip={clip} url={url} />}
      {hasClip && job?.can_share && !view.session.connection.server && (
        <ShareButton view={view} job={job} take={take} />
      )}
      <span class="videogen-icon-actions">
        <IconButton
          bare
          icon="star"
          label={strings.star}
          pressed={isStarred}
          solid={isStarred}
          onClick={commands.star}
        />
        {hasClip && commands.pick && (
          <IconButton
            bare
            icon="compare"
            label={strings.pick}
            pressed={commands.isPicked}
            onClick={commands.pick}
          />
        )}
        {hasClip && commands.compare && (
          <IconButton
            bare
            icon="compare"
            label={strings.compare}
            opens="comparison"
            onClick={commands.compare}
          />
        )}
        {commands.remove && <IconButton bare icon="trash" label={strings.remove} onClick={commands.remove} />}
      </span>
      {children}
    </fieldset>
  );
}

interface OverButtonProps {
  readonly icon: IconName;
  readonly label: string;
  /** For a toggle button. */
  readonly pressed?: boolean;
  readonly onClick: (event: MouseEvent) => void;
}

/** An action over a picture, for a pointer; the keyboard has another way. */
export function OverButton({ icon, label, pressed, onClick }: OverButtonProps) {
  return (
    <button
      type="button"
      tabIndex={-1}
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      onClick={onClick}
    >
      <Icon name={icon} solid={pressed === true && icon === "star"} />
    </button>
  );
}

interface PictureActionsProps {
  readonly job: JobView;
  readonly clip: ClipView;
  readonly url: string;
  readonly commands: JobCommands;
}

/** The same actions over the picture, for a pointer; the keyboard has those in the row. */
export function PictureActions({ job, clip, url, commands }: PictureActionsProps) {
  return (
    <>
      <OverButton icon="star" label={strings.star} pressed={job.starred} onClick={commands.star} />
      {commands.pick && (
        <OverButton icon="compare" label={strings.pick} pressed={commands.isPicked} onClick={commands.pick} />
      )}
      <a tabIndex={-1} href={url} download={getFileName(clip)} aria-label={strings.save} title={strings.save}>
        <Icon name="save" />
      </a>
    </>
  );
}
