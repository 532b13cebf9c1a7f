/** The result: slot, bar, words and buttons of one job, or of none yet. */

import { useLayoutEffect, useMemo, useState } from "preact/hooks";
import { Icon } from "../components/icons";
import { Notice } from "../components/notice";
import type { RequestType } from "../kernel/connection";
import { isOpen } from "../kernel/job-state";
import { barOf, ghostOf } from "../kernel/progress";
import type { FormView, JobView } from "../kernel/protocol.gen";
import { type Act, actsOf, looks } from "../state/appearance";
import { isField } from "../state/request-draft";
import { factsOf } from "../state/status-values";
import type { View } from "../state/view";
import { type Situation, useArrival, useTicking } from "../state/view-state";
import * as format from "../text/format";
import { words } from "../text/strings";
import { fill, known, Say } from "../text/template";
import { Takes, Tools } from "./actions";
import { Coming } from "./clip-progress";
import { AsCode } from "./copy-as-code";
import { Details, Notes } from "./error-details";
import { Captions, Examples, targetOf } from "./placeholder";
import { Player } from "./player";
import { newScreen } from "./player-controls";
import { Acts, Lines, ProgressBar } from "./status";
import { Slot } from "./video-frame";

/** Requests about the job on view; what is said of the form's is said there. */
const about: readonly RequestType[] = ["cancel", "detach", "watch", "resend", "edit"];

interface ResultProps extends Situation {
  readonly view: View;
  readonly form: FormView | null;
  readonly onFix: (field: string) => void;
}

/** Finding a clip, looking for a job and looking at one again are all done by watching it. */
const requestOf = {
  cancel: "cancel",
  detach: "detach",
  watch: "watch",
  resend: "resend",
  find: "watch",
  check: "watch",
  look: "watch",
} as const;

/** Sends what a button asks for; a look at a job that is over is the same request as watching one that is not. */
function useAct({ view, job, playback, setPlayback }: ResultProps): (act: Act) => void {
  const { session } = view;
  const retry = () => {
    for (const clip of job?.clips ?? []) session.clips.forget(clip);
    setPlayback({ ...playback, broken: false, attempt: playback.attempt + 1 });
  };
  return (act) => {
    if (act === "find") retry();
    if (job && act === "again") session.again(job);
    else if (job && act !== "again") session.host.send({ type: requestOf[act], job_id: job.id });
  };
}

/** The flagged field by its name, as the filled button of a failure. */
function Fix({ field, onFix }: { field: keyof typeof words.fix; onFix: (field: string) => void }) {
  return (
    <div class="videogen-acts">
      <button type="button" class="videogen-button is-primary" onClick={() => onFix(field)}>
        <Icon name="edit" />
        {words.fix[field]}
      </button>
    </div>
  );
}

function Foot({ view, form, job }: { view: View; form: FormView | null; job: JobView | null }) {
  const { draft } = view.session;
  const request = () => job?.request ?? (form ? draft.request(form) : null);
  const values = job ? { ...factsOf({ job, percent: null, elapsed: 0 }), model: job.model } : {};
  const parts = job?.clip
    ? ["[model]", words.seedFact]
    : ["[model]", "{length}", "{size}", words.seedFact, "{cost}"];
  if (job === null && form === null) return null;
  return (
    <div class="videogen-foot">
      <p class="videogen-meta">
        <Say parts={parts} values={values} between=" · " />
      </p>
      {!form?.guest && (
        <AsCode key={job?.id} view={view} request={() => request() ?? draft.request(form as FormView)} />
      )}
    </div>
  );
}

export function Result(props: ResultProps) {
  const { view, form, scene, job, playback, setPlayback, onFix, elapsed, wait } = props;
  const { host, draft, clips } = view.session;
  const look = looks[scene];
  const arrives = useArrival(job);
  const [take, setTake] = useState(0);
  const screen = useMemo(() => newScreen(job?.request.fps ?? null), [job?.id]);
  useTicking(view.session, look.ticking);
  const onAct = useAct(props);
  const reported = job ? barOf(job.state, host.progress.value) : { known: null, drawn: null };
  const bar = scene === "running" ? ghostOf(reported, job, elapsed) : reported;
  const percent = job?.state === "running" ? bar.known : null;
  const values = factsOf({ job, percent, elapsed, wait });
  const target = targetOf(view, form, job);
  const [width, height] = format.dimensions(target) ?? [16, 9];
  const shape = { "--videogen-aspect": `${width} / ${height}`, "--videogen-ratio": String(width / height) };
  const model = job?.model ?? (form ? draft.model.value : "");
  const seconds = job ? job.duration : form ? Number(draft.duration.value) || null : null;
  const fault = scene === "failed" && form && isField(job?.error?.field) ? job.error.field : null;
  const refusal = host.refusal.value;
  const isPlayable = scene === "succeeded" || scene === "reused";
  const clip = isPlayable ? (job?.clips[take] ?? job?.clip) : null;
  const reach = clip && job ? clips.reach(job, take, clip).value : null;
  const url = reach?.state === "ready" ? reach.url : null;
  useLayoutEffect(() => {
    if (reach?.state === "lost") setPlayback({ ...playback, broken: true });
    if (job && url && form) void view.session.picture(job, take, url);
  }, [reach?.state, url]);
  const label = known(words.lines[scene][0], values)
    .map((part) => fill(part, values))
    .join(" ");
  return (
    <div class="videogen-result" style={shape} data-scene={scene} data-tone={look.tone}>
      <div class="videogen-frame">
        <Slot
          look={look}
          sheet={{ mode: look.dots, percent: bar.known, prompt: job?.prompt ?? "" }}
          simulated={job?.simulated ?? form?.simulated ?? false}
          captions={
            model
              ? [<bdi key="model">{model}</bdi>, <Captions key="shape" target={target} seconds={seconds} />]
              : null
          }
          turn={view.theme.value.turn}
        >
          {clip && reach && reach.state !== "ready" && (
            <Coming reach={reach} clip={clip} onLoad={() => job && void clips.load(job, take, clip)} />
          )}
          {job && url && (
            <Player
              key={`${job.id}/${take}/${playback.attempt}`}
              url={url}
              prompt={job.prompt}
              arrives={arrives && playback.attempt === 0}
              screen={screen}
              onBroken={() => setPlayback({ ...playback, broken: true })}
            />
          )}
        </Slot>
        <ProgressBar look={look} bar={bar} label={label} />
      </div>
      <div class="videogen-side">
        {!form && job && (
          <p class="videogen-quote" dir="auto">
            {job.prompt}
          </p>
        )}
        <div class="videogen-say">
          <Lines scene={scene} look={look} values={values} bar={bar} />
          <Acts acts={actsOf(scene, job).filter((act) => act !== "again" || form !== null)} onAct={onAct} />
        </div>
        {fault && <Fix field={fault} onFix={onFix} />}
        {scene === "ready" && form && <Examples view={view} form={form} />}
        <Notice
          host={host}
          about={about}
          error={refusal && about.includes(refusal.about) ? refusal.error : null}
        />
        {job && <Notes warnings={job.warnings} />}
        {job && look.says === "alert" && <Details job={job} />}
        {job && isPlayable && job.clips.length > 1 && (
          <Takes view={view} count={job.clips.length} take={take} onTake={setTake} />
        )}
        {job && !isOpen(job) && (
          <Tools
            view={view}
            form={form}
            job={job}
            clip={clip ?? null}
            url={url}
            screen={screen}
            onEdit={() => onFix("prompt")}
          />
        )}
        <Foot view={view} form={form} job={job} />
      </div>
    </div>
  );
}
