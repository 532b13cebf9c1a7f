/** The jobs of a form that run side by side, in its header: how far each is, a click that shows it, one that stops it. */

import { Icon } from "../components/icons";
import { useRoving } from "../components/roving";
import { isOpen } from "../kernel/job-state";
import type { JobView } from "../kernel/protocol.gen";
import { strings } from "../parts/strings";
import { appearances, getActions, getCardState } from "../state/appearance";
import type { View } from "../state/view";
import { NAMED } from "../state/view-state";
import * as format from "../text/format";
import { fill } from "../text/template";

interface QueuedJobProps {
  readonly view: View;
  readonly job: JobView;
  readonly isShown: boolean;
}

function QueuedJob({ view, job, isShown }: QueuedJobProps) {
  const { connection } = view.session;
  const state = getCardState({ job, hasForm: true, disconnected: false, broken: false });
  const { icon } = appearances[state];
  const percent = state === "running" ? job.progress : null;
  const word = percent === null ? strings.tileState[state] : format.percent(percent);
  const prompt = job.prompt.slice(0, NAMED);
  const stop = getActions(state, job).find((act) => act === "cancel" || act === "detach");
  const show = () => {
    view.isComparing.value = false;
    view.selectedJob.value = null;
    if (job.id !== connection.job.peek()?.id) connection.send({ type: "show", job_id: job.id });
  };
  return (
    <span class="videogen-queued" data-shown={isShown}>
      <button type="button" aria-pressed={isShown} title={job.prompt} onClick={show}>
        {icon ? (
          <Icon name={icon} />
        ) : (
          <i class="videogen-queue-ring" style={{ "--videogen-done": `${percent ?? 0}%` }} />
        )}
        <bdi dir="ltr">{word}</bdi>
        <span class="videogen-queued-prompt">
          <bdi>{prompt}</bdi>
        </span>
      </button>
      {stop && (
        <button
          type="button"
          aria-label={fill(strings.stopOne, { act: strings.act[stop], prompt })}
          title={strings.act[stop]}
          onClick={() => connection.send({ type: stop, job_id: job.id })}
        >
          <Icon name="stop" />
        </button>
      )}
    </span>
  );
}

/** Says which job has ended; where there is a history, it does. */
function EndedJob({ jobs }: { jobs: readonly JobView[] }) {
  const job = jobs.filter((one) => !isOpen(one)).at(-1);
  return (
    <p class="videogen-visually-hidden" role="status">
      {job && fill(job.clip ? strings.endedReady : strings.ended, { prompt: job.prompt.slice(0, NAMED) })}
    </p>
  );
}

export function Queue({ view }: { view: View }) {
  const { jobs, connection } = view.session;
  const roving = useRoving();
  const queue = connection.queue.value;
  const shown = (view.selectedJob.value ?? connection.job.value)?.id;
  const listed = jobs.value.filter((job) => isOpen(job) || queue.includes(job));
  const isNews = listed.some(({ id }) => id !== shown);
  return (
    <>
      {isNews && (
        <div class="videogen-queue" role="toolbar" aria-label={strings.queue} {...roving}>
          {listed.map((job) => (
            <QueuedJob key={job.id} view={view} job={job} isShown={job.id === shown} />
          ))}
        </div>
      )}
      {connection.form.value?.guest && <EndedJob jobs={queue} />}
    </>
  );
}
