/** One of the compared clips: it plays, is being made, or says why there is none; below it what is its own. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { isOpen } from "../kernel/job-state";
import type { JobView } from "../kernel/protocol.gen";
import { formatCost } from "../state/status-values";
import type { View } from "../state/view";
import * as format from "../text/format";
import { fill, Template } from "../text/template";
import { JobProgress, nameState } from "./job-progress";
import { Letter } from "./letter";
import { strings } from "./strings";
import type { SyncedPlayers } from "./synced-players";

const FRAME_SECONDS = 1 / 24;

interface ShiftProps {
  readonly letter: string;
  readonly frames: number;
  readonly onShift: (frames: number) => void;
}

/** Lets a clip begin some frames earlier or later than the others. */
function Shift({ letter, frames, onShift }: ShiftProps) {
  const step = (by: number, label: string, sign: string) => (
    <button type="button" aria-label={fill(label, { letter })} onClick={() => onShift(frames + by)}>
      {sign}
    </button>
  );
  return (
    <fieldset class="videogen-shift" aria-label={fill(strings.shiftOf, { letter })} dir="ltr">
      {step(-1, strings.earlier, "−")}
      <output>{fill(strings.frames, { count: frames > 0 ? `+${frames}` : String(frames) })}</output>
      {step(1, strings.later, "+")}
    </fieldset>
  );
}

/** The line of what became of it. */
function Outcome({ view, job }: { view: View; job: JobView }) {
  const isMaking = isOpen(job);
  const took = job.finished_at === null || job.clip === null ? undefined : job.finished_at - job.created_at;
  const values = {
    took: took === undefined ? undefined : format.duration(took),
    elapsed: isMaking ? format.clock(view.session.connection.clock.secondsSince(job.created_at)) : undefined,
    cost: job.cost === null ? undefined : formatCost(job.cost, job.cost_source),
    reason: job.clip === null ? job.error?.message : undefined,
    next: job.clip === null ? job.error?.next : undefined,
  };
  return (
    <span>
      <Template
        parts={[strings.made, strings.elapsed, "{cost}", "[reason]", "[next]"]}
        values={values}
        between=" · "
      />
    </span>
  );
}

interface ComparedClipProps {
  readonly view: View;
  readonly job: JobView;
  readonly letter: string;
  /** What differs, in words. */
  readonly values: readonly string[];
  readonly isAudible: boolean;
  readonly isShifting: boolean;
  readonly players: SyncedPlayers;
  readonly onUnmute: () => void;
  readonly onPlayable: () => void;
}

export function ComparedClip(props: ComparedClipProps) {
  const { view, job, letter, values, isAudible, isShifting, players, onUnmute, onPlayable } = props;
  const video = useRef<HTMLVideoElement>(null);
  const [frames, setFrames] = useState(0);
  const source = job.clip ? view.session.clipLoader.getSource(job, 0, job.clip).value : null;
  const address = source?.state === "ready" ? source.url : null;
  useLayoutEffect(() => (video.current ? players.add(video.current) : undefined), [players, address]);
  const shift = (next: number) => {
    setFrames(next);
    if (video.current) players.shift(video.current, next * FRAME_SECONDS);
  };
  const style = {
    "--videogen-width": String(job.clip?.width ?? 16),
    "--videogen-height": String(job.clip?.height ?? 9),
  };
  const state = address ? "ready" : isOpen(job) ? "running" : job.clip ? "waiting" : "refused";
  return (
    <figure class="videogen-clip" style={style}>
      <div class="videogen-video-frame" data-state={state}>
        {address ? (
          // biome-ignore lint/a11y/useMediaCaption: captions are on the clip's card and record; the prompt is the name
          <video
            ref={video}
            class="videogen-video"
            src={address}
            playsInline
            preload="auto"
            aria-label={job.prompt}
            onLoadedData={onPlayable}
          />
        ) : isOpen(job) ? (
          <JobProgress view={view} job={job} />
        ) : (
          <span class="videogen-state-note">{nameState(job)}</span>
        )}
      </div>
      <figcaption>
        <Letter letter={letter} isAudible={isAudible} onUnmute={onUnmute} />
        <span class="videogen-own">
          {values.map((value) => (
            <span class="videogen-value" key={value}>
              <bdi>{value}</bdi>
            </span>
          ))}
          <Outcome view={view} job={job} />
        </span>
        {isShifting && address && <Shift letter={letter} frames={frames} onShift={shift} />}
      </figcaption>
    </figure>
  );
}
