/** One job of the library, whole: its clip, its prompt, its settings, and what can be done with it. */

import { signal } from "@preact/signals";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { IconButton } from "../components/button";
import { useMoment } from "../components/clipboard";
import { CopiedLabel } from "../components/copied-label";
import { Icon } from "../components/icons";
import type { JobView } from "../kernel/protocol.gen";
import { strings } from "../parts/strings";
import { Result } from "../result/result";
import { mediaFields } from "../state/attachments";
import type { View } from "../state/view";
import { NAMED, useViewState } from "../state/view-state";
import * as format from "../text/format";
import { fill } from "../text/template";
import { type Taken, takePrompt } from "./take-prompt";

/** What the card's own lines and chips leave out. */
function listFacts(job: JobView): readonly (readonly [name: string, value: string])[] {
  const media = mediaFields.flatMap((field) => {
    const names = [job.request[field]].flat().flatMap((one) => (one ? [one.name] : []));
    return names.length > 0 ? [[strings.media[field], names.join(", ")] as const] : [];
  });
  return [
    [strings.provider, job.provider_label],
    ...media,
    ...(job.request.negative ? [[strings.negative, job.request.negative] as const] : []),
    [strings.made, format.dateTime(job.created_at)],
  ];
}

interface UsePromptProps {
  readonly view: View;
  readonly prompt: string;
  readonly onFilled: () => void;
}

export function UsePrompt({ view, prompt, onFilled }: UsePromptProps) {
  const [taken, setTaken] = useState<Taken | null>(null);
  const [isCopied, sayCopied] = useMoment();
  const node = useRef<HTMLButtonElement>(null);
  const take = async () => {
    if (node.current === null) return;
    const how = await takePrompt(view.session, prompt, node.current);
    setTaken(how);
    if (how === "copied") sayCopied();
    if (how === "filled") onFilled();
  };
  return (
    <>
      <button
        ref={node}
        type="button"
        class="videogen-button videogen-use-prompt"
        aria-keyshortcuts="P"
        onClick={() => void take()}
      >
        <Icon name="edit" />
        <CopiedLabel isCopied={isCopied}>{strings.takePrompt}</CopiedLabel>
      </button>
      <p class="videogen-visually-hidden" role="status">
        {taken === "inserted" ? strings.cellInserted : ""}
      </p>
    </>
  );
}

interface DetailProps {
  readonly view: View;
  readonly id: string;
  /** Changes when the job does. */
  readonly version: string;
  readonly onEdit: () => void;
  readonly onClose: () => void;
}

export function Detail({ view, id, version, onEdit, onClose }: DetailProps) {
  const { history } = view.session;
  const job = history.jobs.value.find((one) => one.id === id);
  useLayoutEffect(() => {
    void history.fetchJob(id);
    history.markSeen(id);
  }, [id, version]);
  return (
    <fieldset
      class="videogen-detail"
      aria-label={fill(strings.selectedClip, { prompt: job?.prompt.slice(0, NAMED) ?? "" })}
    >
      <IconButton bare icon="close" label={strings.closeDetail} onClick={onClose} />
      {job && <JobDetail key={id} view={view} job={job} onEdit={onEdit} onClose={onClose} />}
    </fieldset>
  );
}

interface JobDetailProps {
  readonly view: View;
  readonly job: JobView;
  readonly onEdit: () => void;
  readonly onClose: () => void;
}

function JobDetail({ view, job, onEdit, onClose }: JobDetailProps) {
  const { history } = view.session;
  const selectedJob = useMemo(() => signal<JobView | null>(job), [job.id]);
  const own = { ...view, id: `${view.id}-detail`, selectedJob };
  const viewState = useViewState(own);
  const isPicked = history.selected.value.includes(job.id);
  const remove = async () => {
    if (await history.remove(job)) onClose();
  };
  return (
    <>
      <div class="videogen-card">
        <Result {...viewState} view={own} form={null} />
      </div>
      <UsePrompt view={view} prompt={job.prompt} onFilled={onEdit} />
      <dl>
        {listFacts(job).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <bdi>{value}</bdi>
            </dd>
          </div>
        ))}
      </dl>
      <span class="videogen-icon-actions">
        {job.clip && (
          <IconButton
            bare
            icon="compare"
            label={strings.pick}
            pressed={isPicked}
            onClick={() => history.toggleSelected(job)}
          />
        )}
        <IconButton bare icon="trash" label={strings.remove} onClick={() => void remove()} />
      </span>
    </>
  );
}
