/** Compares two to six clips, played in step. */

import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { IconButton } from "../components/button";
import { Icon } from "../components/icons";
import type { JobView, RequestView } from "../kernel/protocol.gen";
import { getCardState } from "../state/appearance";
import type { ClipSource } from "../state/clip-loader";
import type { View } from "../state/view";
import * as format from "../text/format";
import { strings } from "../text/strings";
import { fill, Template } from "../text/template";
import { PlaybackClock } from "./playback-clock";
import { SyncedPlayers } from "./synced-players";

/** A compared job is shown by its own state, whatever the state of the page and the kernel. */
const PLAIN_INPUTS = { hasForm: true, disconnected: false, broken: false };
/** "A" for the first of the compared clips. */
export const getLetter = (index: number): string => String.fromCharCode(65 + index);
type Layout = "grid" | "wipe";

/** The names of the settings in which the requests differ. */
export function findDifferences(jobs: readonly JobView[]): readonly string[] {
  const compared = ["prompt", "model", "duration", "size", "seed", "negative", "fps"] as const;
  const value = (job: JobView, name: (typeof compared)[number]) =>
    JSON.stringify((job.request as RequestView)[name]);
  return compared
    .filter((name) => new Set(jobs.map((job) => value(job, name))).size > 1)
    .map((name) => strings.compared[name]);
}

interface ComparedClipProps {
  readonly job: JobView;
  readonly letter: string;
  readonly isAudible: boolean;
  readonly source: ClipSource;
  readonly players: SyncedPlayers;
  readonly onUnmute: () => void;
}

function ComparedClip({ job, letter, isAudible, source, players, onUnmute }: ComparedClipProps) {
  const video = useRef<HTMLVideoElement>(null);
  const address = source.state === "ready" ? source.url : null;
  useLayoutEffect(() => (video.current ? players.add(video.current) : undefined), [players, address]);
  const [width, height] = [job.clip?.width ?? 16, job.clip?.height ?? 9];
  const took = job.finished_at === null ? undefined : format.duration(job.finished_at - job.created_at);
  const reason = job.clip === null ? job.error?.message : undefined;
  const cost = job.cost === null ? undefined : format.dollars(job.cost);
  return (
    <figure
      class="videogen-clip"
      style={{ "--videogen-width": String(width), "--videogen-height": String(height) }}
    >
      <div class="videogen-video-frame" data-state="ready">
        {job.clip === null && (
          <span class="videogen-state-note">{strings.tileState[getCardState({ job, ...PLAIN_INPUTS })]}</span>
        )}
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
          aria-pressed={isAudible}
          aria-label={fill(strings.hear, { letter })}
          title={fill(strings.hear, { letter })}
          onClick={onUnmute}
        >
          {letter}
        </button>
        <b>
          <bdi>{job.model}</bdi>
        </b>
        <span>
          <Template parts={["{took}", "{cost}", "[reason]"]} values={{ took, cost, reason }} between=" · " />
        </span>
      </figcaption>
    </figure>
  );
}

function LayoutChips({
  id,
  layout,
  onLayout,
}: {
  id: string;
  layout: Layout;
  onLayout: (way: Layout) => void;
}) {
  return (
    <fieldset class="videogen-chips">
      <legend class="videogen-visually-hidden">{strings.arrangement}</legend>
      {(["grid", "wipe"] as const).map((one) => (
        <label class="videogen-chip" key={one}>
          <input type="radio" name={id} checked={one === layout} onChange={() => onLayout(one)} />
          {strings.ways[one]}
        </label>
      ))}
    </fieldset>
  );
}

interface CompareProps {
  readonly view: View;
  readonly jobs: readonly JobView[];
  /** Missing when the widget shows nothing but the comparison. */
  readonly onClose?: () => void;
}

export function Compare({ view, jobs, onClose }: CompareProps) {
  const players = useMemo(() => new SyncedPlayers(), []);
  const [audible, setAudible] = useState(0);
  const [layout, setLayout] = useState<Layout>("grid");
  const [edge, setEdge] = useState(50);
  const differing = findDifferences(jobs);
  const isWipe = layout === "wipe" && jobs.length === 2;
  const unmute = (index: number) => {
    const next = index === audible ? -1 : index;
    players.unmute(next);
    setAudible(next);
  };
  const getSource = (job: JobView): ClipSource =>
    job.clip ? view.session.clipLoader.getSource(job, 0, job.clip).value : { state: "failed" };
  const style = { "--videogen-columns": String(Math.min(jobs.length, 3)), "--videogen-edge-at": `${edge}%` };
  return (
    <div class="videogen-compare" data-layout={isWipe ? "wipe" : "grid"}>
      <div class="videogen-compare-bar">
        <span class="videogen-title">
          <Icon name="compare" />
          {differing.includes(strings.compared.prompt) ? strings.compare : strings.comparePrompt}
        </span>
        <span class="videogen-spacer" />
        {jobs.length === 2 && <LayoutChips id={`${view.id}-way`} layout={layout} onLayout={setLayout} />}
        {onClose && <IconButton bare icon="close" label={strings.closeCompare} onClick={onClose} />}
      </div>
      <div class="videogen-clips" style={style}>
        {jobs.map((job, index) => (
          <ComparedClip
            key={job.id}
            job={job}
            letter={getLetter(index)}
            isAudible={index === audible}
            source={getSource(job)}
            players={players}
            onUnmute={() => unmute(index)}
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
          aria-label={strings.wipeEdge}
          dir="ltr"
          onInput={(event) => setEdge(Number(event.currentTarget.value))}
        />
      )}
      <PlaybackClock players={players} />
      <p class="videogen-meta">
        {differing.length > 0
          ? fill(strings.differences, { list: differing.join(", ") })
          : strings.noDifference}
      </p>
    </div>
  );
}
