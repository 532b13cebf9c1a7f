/** The result: slot, bar, words and buttons of the newest job, or of none yet. */

import { Details, Notes } from "./details";
import { isField } from "./draft";
import { factsOf } from "./facts";
import * as format from "./format";
import { Icon } from "./icons";
import { Notice } from "./notice";
import { Player } from "./player";
import { barOf } from "./progress";
import type { FormView } from "./protocol.gen";
import { fill, known, Say } from "./say";
import { type Situation, useArrival, useTicking } from "./situation";
import { Slot } from "./slot";
import { type Act, actsOf, looks } from "./states";
import { Acts, Lines, ProgressBar } from "./status";
import { words } from "./strings";
import { Captions, Examples, targetOf } from "./target";
import type { View } from "./view";

interface ResultProps extends Situation {
  readonly view: View;
  readonly form: FormView | null;
  readonly onFix: (field: string) => void;
}

export function Result({ view, form, scene, job, playback, setPlayback, onFix }: ResultProps) {
  const { host, draft } = view.session;
  const look = looks[scene];
  const arrives = useArrival(job);
  useTicking(view.session, look.ticking);
  const bar = job ? barOf(job.state, host.progress.value) : { known: null, drawn: null };
  const elapsed = look.ticking && job ? host.clock.since(job.created_at) : 0;
  const values = factsOf({ job, percent: job?.state === "running" ? bar.known : null, elapsed });
  const target = targetOf(view, form, job);
  const [width, height] = format.dimensions(target) ?? [16, 9];
  const shape = { "--videogen-aspect": `${width} / ${height}`, "--videogen-ratio": String(width / height) };
  const model = job?.model ?? (form ? draft.model.value : "");
  const seconds = job ? job.duration : form ? Number(draft.duration.value) || null : null;
  const onAct = (act: Act) => {
    if (act === "retry") setPlayback({ ...playback, broken: false, attempt: playback.attempt + 1 });
    else if (job && act === "again") view.session.again(job);
    else if (job && act !== "again") host.send({ type: act === "look" ? "watch" : act, job_id: job.id });
  };
  const fault = scene === "failed" && form && isField(job?.error?.field) ? job.error.field : null;
  const refusal = host.refusal.value;
  const clip = scene === "succeeded" || scene === "reused" ? job?.clip : null;
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
          {clip && job && (
            <Player
              key={`${job.id}/${playback.attempt}`}
              src={clip.src}
              prompt={job.prompt}
              manager={host.widgetManager}
              arrives={arrives && playback.attempt === 0}
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
        {fault && (
          <div class="videogen-acts">
            <button type="button" class="videogen-button is-primary" onClick={() => onFix(fault)}>
              <Icon name="edit" />
              {words.fix[fault]}
            </button>
          </div>
        )}
        {scene === "ready" && form && <Examples view={view} form={form} />}
        <Notice
          host={host}
          about={["cancel", "detach", "watch", "resend"]}
          error={refusal && refusal.about !== "generate" ? refusal.error : null}
        />
        {job && <Notes warnings={job.warnings} />}
        {job && look.says === "alert" && <Details job={job} />}
        {job && scene !== "ready" && (
          <p class="videogen-meta">
            <Say
              parts={clip ? ["[model]", words.seedFact] : ["[model]", "{length}", "{size}", words.seedFact]}
              values={{ ...values, model: job.model }}
              between=" · "
            />
          </p>
        )}
      </div>
    </div>
  );
}
