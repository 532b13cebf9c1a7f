/** The result of one job, or of none yet: video, progress bar, texts and buttons. */

import { useLayoutEffect, useMemo, useState } from "preact/hooks";
import { Icon } from "../components/icons";
import { Notice } from "../components/notice";
import type { RequestType } from "../kernel/connection";
import { isOpen } from "../kernel/job-state";
import { estimateBar, getBar } from "../kernel/progress";
import type { FormView, JobView } from "../kernel/protocol.gen";
import { type Action, appearances, getActions } from "../state/appearance";
import { type FieldName, getLabel, isField } from "../state/request-draft";
import { getStatusValues } from "../state/status-values";
import type { View } from "../state/view";
import { useClockTicks, useWasUnfinished, type ViewState } from "../state/view-state";
import * as format from "../text/format";
import { strings } from "../text/strings";
import { fill, getKnownParts, Template } from "../text/template";
import { ClipPicker, JobActions } from "./actions";
import { ClipProgress } from "./clip-progress";
import { CopyAsCode } from "./copy-as-code";
import { ErrorDetails, Warnings } from "./error-details";
import { Captions, Examples, getTargetSize } from "./placeholder";
import { Player } from "./player";
import { createControls } from "./player-controls";
import { ProgressBar, StateActions, StatusLines } from "./status";
import { VideoFrame } from "./video-frame";

/** The requests whose refusals are shown here; those of the form are shown in the form. */
const jobRequests: readonly RequestType[] = ["cancel", "detach", "watch", "resend", "edit"];

interface ResultProps extends ViewState {
  readonly view: View;
  readonly form: FormView | null;
  readonly onFix: (field: string) => void;
}

/** The request that each action sends; `watch` does what the job's state needs. */
const requestTypes = {
  cancel: "cancel",
  detach: "detach",
  watch: "watch",
  resend: "resend",
  restore: "watch",
  recheck: "watch",
  recover: "watch",
} as const;

/** Return a function that sends the request of an action. */
function useAction({ view, job, playback, setPlayback }: ResultProps): (act: Action) => void {
  const { session } = view;
  const retry = () => {
    for (const clip of job?.clips ?? []) session.clipLoader.forget(clip);
    setPlayback({ ...playback, broken: false, attempt: playback.attempt + 1 });
  };
  return (act) => {
    if (act === "restore") retry();
    if (job && act === "repeat") session.repeat(job);
    else if (job && act !== "repeat") session.connection.send({ type: requestTypes[act], job_id: job.id });
  };
}

/** The filled button of a failure that names a field: it moves the focus there. */
function FixField({ field, onFix }: { field: FieldName; onFix: (field: string) => void }) {
  const labels: Partial<Record<string, string>> = strings.fix;
  return (
    <div class="videogen-actions">
      <button type="button" class="videogen-button is-primary" onClick={() => onFix(field)}>
        <Icon name="edit" />
        {labels[field] ?? fill(strings.fixSetting, { name: getLabel(field) })}
      </button>
    </div>
  );
}

function ResultFooter({ view, form, job }: { view: View; form: FormView | null; job: JobView | null }) {
  const { draft } = view.session;
  const request = () => job?.request ?? (form ? draft.buildRequest(form) : null);
  const values = job ? { ...getStatusValues({ job, percent: null, elapsed: 0 }), model: job.model } : {};
  const parts = job?.clip
    ? ["[model]", strings.seedFact]
    : ["[model]", "{length}", "{size}", strings.seedFact, "{cost}"];
  if (job === null && form === null) return null;
  return (
    <div class="videogen-footer">
      <p class="videogen-meta">
        <Template parts={parts} values={values} between=" · " />
      </p>
      {!form?.guest && (
        <CopyAsCode
          key={job?.id}
          view={view}
          request={() => request() ?? draft.buildRequest(form as FormView)}
        />
      )}
    </div>
  );
}

export function Result(props: ResultProps) {
  const { view, form, state, job, playback, setPlayback, onFix, elapsed, wait } = props;
  const { connection, draft, clipLoader } = view.session;
  const appearance = appearances[state];
  const isNew = useWasUnfinished(job);
  const [take, setTake] = useState(0);
  const controls = useMemo(() => createControls(job?.request.fps ?? null), [job?.id]);
  useClockTicks(view.session, appearance.isTicking);
  const onAction = useAction(props);
  const reported = job ? getBar(job.state, connection.progress.value) : { percent: null, width: null };
  const bar = state === "running" ? estimateBar(reported, job, elapsed) : reported;
  const percent = job?.state === "running" ? bar.percent : null;
  const values = getStatusValues({ job, percent, elapsed, wait });
  const target = getTargetSize(view, form, job);
  const [width, height] = format.dimensions(target) ?? [16, 9];
  const shape = { "--videogen-aspect": `${width} / ${height}`, "--videogen-ratio": String(width / height) };
  const model = job?.model ?? (form ? draft.model.value : "");
  const seconds = job ? job.duration : form ? Number(draft.duration.value) || null : null;
  const field = state === "failed" && form && isField(job?.error?.field) ? job.error.field : null;
  const refusal = connection.refusal.value;
  const isPlayable = state === "succeeded" || state === "reused";
  const clip = isPlayable ? (job?.clips[take] ?? job?.clip) : null;
  const source = clip && job ? clipLoader.getSource(job, take, clip).value : null;
  const url = source?.state === "ready" ? source.url : null;
  useLayoutEffect(() => {
    if (source?.state === "failed") setPlayback({ ...playback, broken: true });
    if (job && url && form) void view.session.savePoster(job, take, url);
  }, [source?.state, url]);
  const label = getKnownParts(strings.lines[state][0], values)
    .map((part) => fill(part, values))
    .join(" ");
  return (
    <div class="videogen-result" style={shape} data-card-state={state} data-tone={appearance.tone}>
      <div class="videogen-frame-column">
        <VideoFrame
          appearance={appearance}
          pattern={{ mode: appearance.dots, percent: bar.percent, prompt: job?.prompt ?? "" }}
          simulated={job?.simulated ?? form?.simulated ?? false}
          captions={
            model
              ? [<bdi key="model">{model}</bdi>, <Captions key="shape" target={target} seconds={seconds} />]
              : null
          }
          revision={view.theme.value.revision}
        >
          {clip && source && source.state !== "ready" && (
            <ClipProgress
              source={source}
              clip={clip}
              onLoad={() => job && void clipLoader.load(job, take, clip)}
            />
          )}
          {job && url && (
            <Player
              key={`${job.id}/${take}/${playback.attempt}`}
              url={url}
              prompt={job.prompt}
              isNew={isNew && playback.attempt === 0}
              controls={controls}
              onBroken={() => setPlayback({ ...playback, broken: true })}
            />
          )}
        </VideoFrame>
        <ProgressBar appearance={appearance} bar={bar} label={label} />
      </div>
      <div class="videogen-side-column">
        {!form && job && (
          <p class="videogen-prompt-text" dir="auto">
            {job.prompt}
          </p>
        )}
        <div class="videogen-status">
          <StatusLines state={state} appearance={appearance} values={values} bar={bar} />
          <StateActions
            actions={getActions(state, job).filter((act) => act !== "repeat" || form !== null)}
            onAct={onAction}
          />
        </div>
        {field && <FixField field={field} onFix={onFix} />}
        {state === "ready" && form && <Examples view={view} form={form} />}
        <Notice
          connection={connection}
          about={jobRequests}
          error={refusal && jobRequests.includes(refusal.about) ? refusal.error : null}
        />
        {job && <Warnings warnings={job.warnings} />}
        {job && appearance.role === "alert" && <ErrorDetails job={job} />}
        {job && isPlayable && job.clips.length > 1 && (
          <ClipPicker view={view} count={job.clips.length} take={take} onTake={setTake} />
        )}
        {job && !isOpen(job) && (
          <JobActions
            view={view}
            form={form}
            job={job}
            clip={clip ?? null}
            url={url}
            controls={controls}
            onEdit={() => onFix("prompt")}
          />
        )}
        <ResultFooter view={view} form={form} job={job} />
      </div>
    </div>
  );
}
