/** The result of one job, or of none yet: video, progress bar, texts and buttons. */

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { IconButton } from "../components/button";
import { Notice } from "../components/notice";
import type { RequestType } from "../kernel/connection";
import { isOpen } from "../kernel/job-state";
import { estimateBar, getBar } from "../kernel/progress";
import type { FormView, JobView } from "../kernel/protocol.gen";
import { type Action, appearances, type CardState, getActions } from "../state/appearance";
import { getStatusValues } from "../state/status-values";
import type { View } from "../state/view";
import { useClockTicks, useWasUnfinished, type ViewState } from "../state/view-state";
import * as format from "../text/format";
import { strings } from "../text/strings";
import { fill, getKnownParts } from "../text/template";
import { About } from "./about";
import { ClipPicker, getCommands, JobActions, PictureActions } from "./actions";
import { ClipFacts } from "./clip-facts";
import { ClipProgress } from "./clip-progress";
import { CopyAsCode } from "./copy-as-code";
import { DetailsButton, ErrorDetails } from "./error-details";
import { Fix, findMend } from "./fix";
import { Captions, useTargetSize } from "./placeholder";
import { Player } from "./player";
import { createControls } from "./player-controls";
import { PreviewPicture } from "./preview-picture";
import { SettingChips } from "./setting-chips";
import { ProgressBar, StateActions, StatusLines } from "./status";
import { VideoFrame } from "./video-frame";

/** The requests whose refusals are shown here; those of the form are shown in the form. */
const jobRequests: readonly RequestType[] = ["cancel", "detach", "watch", "resend", "edit"];

interface ResultProps extends ViewState {
  readonly view: View;
  readonly form: FormView | null;
  /** Something lies over it. */
  readonly isCovered?: boolean;
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
    if (act === "show") session.kernelAway.show();
    else if (act === "reconnect") void session.reconnect();
    else if (act === "repeat") job && session.repeat(job);
    else if (job) session.connection.send({ type: requestTypes[act], job_id: job.id });
  };
}

/** What only a kernel can do; to look at a job that is watched is also its kernel's. */
const ofKernel: ReadonlySet<Action> = new Set(["recheck", "recover", "resend", "repeat"]);

/** A form has its own button for what it sends, and one over it to reconnect. */
function isOffered(act: Action, state: CardState, { session }: View, form: FormView | null): boolean {
  const isWatched = act === "watch" && state !== "detached";
  if (session.connection.server && (ofKernel.has(act) || isWatched)) return false;
  if (act === "repeat") return form !== null;
  return act !== "reconnect" || (form === null && session.kernelAway.state.value.isReady);
}

interface FooterProps {
  readonly view: View;
  readonly form: FormView | null;
  readonly job: JobView | null;
  /** Keep the place of what belongs to a finished job. */
  readonly isGhost: boolean;
}

function ResultFooter({ view, form, job, isGhost }: FooterProps) {
  const { draft } = view.session;
  if (job === null && form === null) return null;
  const request = () => job?.request ?? draft.buildRequest(form as FormView);
  return (
    <div class="videogen-footer" inert={isGhost}>
      {job && <SettingChips job={job} />}
      {!form?.guest && !view.session.connection.server && (
        <CopyAsCode key={job?.id} view={view} request={request} />
      )}
    </div>
  );
}

/** Focus that was in a part which is gone goes to what took its place, and never to the page. */
function useFocusKept(part: { readonly current: HTMLElement | null }): void {
  const root = part.current?.getRootNode() as Document | ShadowRoot | undefined;
  const focused = root?.activeElement ?? null;
  const wasInside = part.current?.contains(focused) ?? false;
  useLayoutEffect(() => {
    if (wasInside && !(focused?.isConnected ?? true)) part.current?.focus({ preventScroll: true });
  });
}

interface StateAreaProps {
  readonly children: ComponentChildren;
}

/** What a state says and offers; it takes the focus of a button that has gone. */
function StateArea({ children }: StateAreaProps) {
  const node = useRef<HTMLDivElement>(null);
  useFocusKept(node);
  return (
    <div ref={node} class="videogen-now" tabIndex={-1}>
      {children}
    </div>
  );
}

export function Result(props: ResultProps) {
  const { view, form, state, job, playback, setPlayback, elapsed, wait } = props;
  const { connection, draft, clipLoader } = view.session;
  const appearance = appearances[state];
  const isNew = useWasUnfinished(job);
  const [take, setTake] = useState(0);
  const controls = useMemo(() => createControls(job?.request.fps ?? null), [job?.id]);
  useClockTicks(view.session, appearance.isTicking);
  const onAction = useAction(props);
  const reported = job ? getBar(job.state, connection.progressOf(job)) : { percent: null, width: null };
  const bar = state === "running" ? estimateBar(reported, job, elapsed) : reported;
  const percent = job?.state === "running" ? bar.percent : null;
  const values = getStatusValues({ job, percent, elapsed, wait });
  const target = useTargetSize(view, form, job);
  const [width, height] = format.dimensions(target) ?? [16, 9];
  const shape = { "--videogen-width": String(width), "--videogen-height": String(height) };
  const model = job?.model ?? (form ? draft.model.value : "");
  const seconds = job ? job.duration : form ? Number(draft.duration.value) || null : null;
  const canMend = connection.server === null;
  const isMendable = canMend && (state === "failed" || (job?.error?.code === "auth" && isOpen(job)));
  const mend = isMendable ? findMend(job?.error, form) : null;
  const failed = job?.error && appearance.role === "alert" ? job : null;
  const [explained, setExplained] = useState("");
  const isExplained = explained !== "" && explained === failed?.id;
  const detailsId = `${view.id}-details`;
  const refusal = connection.refusal.value;
  const isPlayable = state === "succeeded" || state === "reused" || state === "restored";
  const found = state === "saved" ? view.session.kernelAway.state.value.clip : null;
  const foundValues = job && found ? getStatusValues({ job: { ...job, clip: found }, percent, elapsed }) : {};
  const clip = isPlayable ? (job?.clips[take] ?? job?.clip ?? null) : null;
  const shownFile = found ?? clip;
  const source = clip && job ? clipLoader.getSource(job, take, clip).value : null;
  const url = source?.state === "ready" ? source.url : null;
  useLayoutEffect(() => {
    if (source?.state === "failed") setPlayback({ ...playback, broken: true });
    if (job && url && form) void view.session.savePoster(job, take, url);
  }, [source?.state, url]);
  const preview = connection.preview.value;
  const picture = appearance.frame === "running" && preview?.job === job?.id ? preview?.picture : undefined;
  const label = getKnownParts(strings.lines[state][0], values)
    .map((part) => fill(part, values))
    .join(" ");
  const commands = getCommands(view, form, job);
  const letters = {
    s: commands.star,
    c: () => (commands.pick ?? commands.compare)?.(),
    r: () => commands.remix?.(),
  };
  // What a finished job shows has its place from the first moment, so that nothing moves when it ends.
  const isGhost = job === null || isOpen(job);
  /** The kernel that has come since knows nothing of this card before somebody asks it. */
  const canReconnect = !form && connection.server !== null && view.session.kernelAway.state.value.isReady;
  const clipCount = job === null ? 0 : job.clips.length || (job.request.n ?? 1);
  const progressBar = <ProgressBar appearance={appearance} bar={bar} label={label} />;
  const use = (prompt: string) => {
    if (form) draft.usePrompt(prompt, form);
    view.wantedField.value = "prompt";
  };
  const about = <About view={view} form={form} job={job} onUse={use} />;
  return (
    <div
      class="videogen-result"
      style={shape}
      data-card-state={state}
      data-tone={appearance.tone}
      data-tall={height > width}
      inert={props.isCovered ?? false}
    >
      <div class="videogen-frame-column">
        <VideoFrame
          appearance={appearance}
          pattern={{ mode: appearance.dots, percent: bar.percent, prompt: job?.prompt ?? "" }}
          drawnBy={job ?? form}
          captions={
            model
              ? [<bdi key="model">{model}</bdi>, <Captions key="shape" target={target} seconds={seconds} />]
              : null
          }
          revision={view.theme.value.revision}
        >
          {picture && <PreviewPicture picture={picture} />}
          {clip && source && source.state !== "ready" && (
            <ClipProgress
              source={source}
              clip={clip}
              onLoad={() => job && void clipLoader.load(job, take, clip)}
            />
          )}
          {job && clip && url && (
            <Player
              key={`${job.id}/${take}/${playback.attempt}`}
              url={url}
              prompt={job.prompt}
              captions={clip.captions}
              isNew={isNew && playback.attempt === 0}
              controls={controls}
              letters={letters}
              onBroken={() => setPlayback({ ...playback, broken: true })}
            >
              <PictureActions job={job} clip={clip} url={url} commands={commands} />
            </Player>
          )}
        </VideoFrame>
        {form && progressBar}
      </div>
      <div class="videogen-side-column">
        {!form && about}
        <div class="videogen-state" data-ghost={isGhost}>
          <StateArea>
            {!form && isGhost && progressBar}
            <div class="videogen-status">
              <StatusLines state={state} appearance={appearance} values={values} bar={bar}>
                {shownFile && (
                  <ClipFacts
                    values={found ? foundValues : values}
                    path={shownFile.src}
                    credentials={shownFile.credentials}
                    url={url}
                  />
                )}
              </StatusLines>
              <StateActions
                actions={getActions(state, job).filter((act) => isOffered(act, state, view, form))}
                isFree={job?.free ?? false}
                onAct={onAction}
              >
                {job && mend && <Fix view={view} form={form} job={job} mend={mend} />}
                {failed && (
                  <DetailsButton
                    id={detailsId}
                    isOpen={isExplained}
                    onToggle={() => setExplained(isExplained ? "" : failed.id)}
                  />
                )}
              </StateActions>
            </div>
            <Notice
              connection={connection}
              about={jobRequests}
              error={refusal && jobRequests.includes(refusal.about) ? refusal.error : null}
            />
            {failed && isExplained && <ErrorDetails id={detailsId} job={failed} />}
          </StateArea>
          <JobActions
            view={view}
            job={job}
            clip={clip}
            take={take}
            url={url}
            commands={commands}
            isGhost={isGhost}
          >
            {canReconnect && (
              <IconButton icon="retry" label={strings.act.reconnect} onClick={() => onAction("reconnect")} />
            )}
            {clipCount > 1 && (isGhost || clip) && (
              <ClipPicker view={view} count={clipCount} take={take} onTake={setTake} />
            )}
          </JobActions>
          {form && about}
          <ResultFooter view={view} form={form} job={job} isGhost={isGhost && form === null} />
        </div>
      </div>
    </div>
  );
}
