/** Two to six clips side by side under one clock. */

import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { Quiet } from "../components/button";
import { Icon } from "../components/icons";
import type { JobView, RequestView } from "../kernel/protocol.gen";
import { Speed } from "../result/playback-bar";
import { sceneOf } from "../state/appearance";
import type { Reach } from "../state/clip-loader";
import type { View } from "../state/view";
import * as format from "../text/format";
import { words } from "../text/strings";
import { fill, Say } from "../text/template";
import { letterOf } from "./history-strip";
import { Together } from "./synced-players";

/** A job by its own state, whatever becomes of page and kernel. */
const calm = { hasForm: true, gone: false, broken: false };
type Way = "grid" | "wipe";
const FRAME_SECONDS = 1 / 24;

/** The settings in which the requests differ. */
export function differences(jobs: readonly JobView[]): readonly string[] {
  const told = ["prompt", "model", "duration", "size", "seed", "negative", "fps"] as const;
  const value = (job: JobView, name: (typeof told)[number]) =>
    JSON.stringify((job.request as RequestView)[name]);
  return told
    .filter((name) => new Set(jobs.map((job) => value(job, name))).size > 1)
    .map((name) => words.compared[name]);
}

interface ClipProps {
  readonly job: JobView;
  readonly letter: string;
  readonly heard: boolean;
  readonly reach: Reach;
  readonly together: Together;
  readonly onHear: () => void;
}

function Clip({ job, letter, heard, reach, together, onHear }: ClipProps) {
  const video = useRef<HTMLVideoElement>(null);
  const address = reach.state === "ready" ? reach.url : null;
  useLayoutEffect(() => (video.current ? together.join(video.current) : undefined), [together, address]);
  const [width, height] = [job.clip?.width ?? 16, job.clip?.height ?? 9];
  const took = job.finished_at === null ? undefined : format.took(job.finished_at - job.created_at);
  const reason = job.clip === null ? job.error?.message : undefined;
  const cost = job.cost === null ? undefined : format.dollars(job.cost);
  return (
    <figure class="videogen-clip" style={{ "--videogen-aspect": `${width} / ${height}` }}>
      <div class="videogen-slot" data-state="ready">
        {job.clip === null && <span class="videogen-note">{words.stamp[sceneOf({ job, ...calm })]}</span>}
        {address && (
          // biome-ignore lint/a11y/useMediaCaption: generated clips come without captions; the prompt is the name
          <video
            ref={video}
            class="videogen-video"
            src={address}
            playsInline
            preload="auto"
            aria-label={job.prompt}
          />
        )}
      </div>
      <figcaption>
        <button
          type="button"
          class="videogen-letter"
          aria-pressed={heard}
          aria-label={fill(words.hear, { letter })}
          title={fill(words.hear, { letter })}
          onClick={onHear}
        >
          {letter}
        </button>
        <b>
          <bdi>{job.model}</bdi>
        </b>
        <span>
          <Say parts={["{took}", "{cost}", "[reason]"]} values={{ took, cost, reason }} between=" · " />
        </span>
      </figcaption>
    </figure>
  );
}

function Ways({ id, way, onWay }: { id: string; way: Way; onWay: (way: Way) => void }) {
  return (
    <fieldset class="videogen-chips">
      <legend class="videogen-unseen">{words.arrangement}</legend>
      {(["grid", "wipe"] as const).map((one) => (
        <label class="videogen-chip" key={one}>
          <input type="radio" name={id} checked={one === way} onChange={() => onWay(one)} />
          {words.ways[one]}
        </label>
      ))}
    </fieldset>
  );
}

function Clock({ together }: { together: Together }) {
  const [time, duration, playing] = [together.time.value, together.duration.value, together.playing.value];
  const [isLooping, setLooping] = useState(false);
  return (
    <fieldset class="videogen-transport" aria-label={words.transport} dir="ltr">
      <Quiet bare icon="back" label={words.frameBack} onClick={() => together.seek(time - FRAME_SECONDS)} />
      <Quiet
        bare
        solid
        icon={playing ? "pause" : "play"}
        label={playing ? words.pause : words.playAll}
        onClick={() => (playing ? together.pause() : together.play())}
      />
      <Quiet
        bare
        icon="forward"
        label={words.frameForward}
        onClick={() => together.seek(time + FRAME_SECONDS)}
      />
      <input
        type="range"
        min={0}
        max={duration}
        step="any"
        value={time}
        aria-label={words.position}
        aria-valuetext={format.seconds(time)}
        onInput={(event) => together.seek(Number(event.currentTarget.value))}
      />
      <span class="videogen-time">{`${time.toFixed(1)} / ${duration.toFixed(1)}`}</span>
      <Speed
        label={words.speed}
        onPick={(speed) => {
          together.speed = speed;
        }}
      />
      <Quiet
        bare
        icon="loop"
        label={words.loop}
        pressed={isLooping}
        onClick={() => {
          together.loops = !isLooping;
          setLooping(!isLooping);
        }}
      />
    </fieldset>
  );
}

interface CompareProps {
  readonly view: View;
  readonly jobs: readonly JobView[];
  /** None where the comparison is all there is. */
  readonly onClose?: () => void;
}

export function Compare({ view, jobs, onClose }: CompareProps) {
  const together = useMemo(() => new Together(), []);
  const [heard, setHeard] = useState(0);
  const [way, setWay] = useState<Way>("grid");
  const [edge, setEdge] = useState(50);
  const differ = differences(jobs);
  const isWipe = way === "wipe" && jobs.length === 2;
  const hear = (index: number) => {
    const next = index === heard ? -1 : index;
    together.hear(next);
    setHeard(next);
  };
  const reachOf = (job: JobView): Reach =>
    job.clip ? view.session.clips.reach(job, 0, job.clip).value : { state: "lost" };
  const style = { "--videogen-columns": String(Math.min(jobs.length, 3)), "--videogen-edge-at": `${edge}%` };
  return (
    <div class="videogen-compare" data-way={isWipe ? "wipe" : "grid"}>
      <div class="videogen-compare-bar">
        <span class="videogen-name">
          <Icon name="compare" />
          {differ.includes(words.compared.prompt) ? words.compare : words.comparePrompt}
        </span>
        <span class="videogen-push" />
        {jobs.length === 2 && <Ways id={`${view.id}-way`} way={way} onWay={setWay} />}
        {onClose && <Quiet bare icon="close" label={words.closeCompare} onClick={onClose} />}
      </div>
      <div class="videogen-clips" style={style}>
        {jobs.map((job, index) => (
          <Clip
            key={job.id}
            job={job}
            letter={letterOf(index)}
            heard={index === heard}
            reach={reachOf(job)}
            together={together}
            onHear={() => hear(index)}
          />
        ))}
      </div>
      {isWipe && (
        <input
          class="videogen-wipe"
          type="range"
          min={0}
          max={100}
          value={edge}
          aria-label={words.wipeEdge}
          dir="ltr"
          onInput={(event) => setEdge(Number(event.currentTarget.value))}
        />
      )}
      <Clock together={together} />
      <p class="videogen-meta">
        {differ.length > 0 ? fill(words.differences, { list: differ.join(", ") }) : words.noDifference}
      </p>
    </div>
  );
}
