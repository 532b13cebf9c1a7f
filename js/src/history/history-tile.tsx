/** One job of the history, as small as a stamp. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../components/icons";
import { JOB_TYPE } from "../form/media-tiles";
import type { ClipView, JobView } from "../kernel/protocol.gen";
import { looks, type Scene, sceneOf } from "../state/appearance";
import type { Clips } from "../state/clip-loader";
import * as format from "../text/format";
import { words } from "../text/strings";
import { fill } from "../text/template";

interface TileProps {
  readonly job: JobView;
  readonly clips: Clips;
  /** "A" for the first one that was picked, or null. */
  readonly letter: string | null;
  /** The one that the arrow keys have reached. */
  readonly current: boolean;
  /** The one on view. */
  readonly shown: boolean;
  readonly onOpen: () => void;
  readonly onPick: () => void;
  readonly onFocus: () => void;
}

const wantsStillness = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** The clip's own first frames; nothing is fetched before it comes into view. */
function Picture({ clip, clips }: { clip: ClipView; clips: Clips }) {
  const node = useRef<HTMLSpanElement>(null);
  const [isSeen, setSeen] = useState(typeof IntersectionObserver === "undefined");
  const address = isSeen ? clips.locate(clip).value : null;
  const [isBroken, setBroken] = useState(false);
  useLayoutEffect(() => {
    if (isSeen || node.current === null) return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && setSeen(true));
    observer.observe(node.current);
    return () => observer.disconnect();
  }, [isSeen]);
  return (
    <span ref={node} class="videogen-picture">
      {address && !isBroken && (
        <video
          src={`${address}#t=0.5`}
          muted
          playsInline
          preload="metadata"
          tabIndex={-1}
          aria-hidden="true"
          onError={() => setBroken(true)}
        />
      )}
    </span>
  );
}

/** Moves through the clip under the pointer, as far as it is across. */
function scrub(event: PointerEvent): void {
  const video = (event.currentTarget as Element).querySelector("video");
  if (!video?.duration || event.pointerType !== "mouse" || wantsStillness()) return;
  const { left, width } = video.getBoundingClientRect();
  video.currentTime = Math.min(Math.max((event.clientX - left) / width, 0), 1) * video.duration;
}

function Note({ job, scene }: { job: JobView; scene: Scene }) {
  const { glyph } = looks[scene];
  if (job.progress !== null && scene === "running")
    return (
      <span class="videogen-note" aria-hidden="true">
        <bdi dir="ltr">{format.percent(job.progress)}</bdi>
      </span>
    );
  return (
    <span class="videogen-note" aria-hidden="true">
      {glyph && <Icon name={glyph} />}
      {words.stamp[scene]}
    </span>
  );
}

/** What a screen reader says of it: all that is to be seen on it, and the prompt. */
export function nameOf(job: JobView, scene: Scene, letter: string | null): string {
  const values = {
    prompt: job.prompt.slice(0, 80),
    length: job.duration === null ? "" : format.seconds(job.duration),
    state: job.progress !== null && scene === "running" ? format.percent(job.progress) : words.stamp[scene],
    day: format.day(job.created_at),
    model: job.model,
  };
  const name = fill(job.duration === null ? words.tileName : words.tileNameLong, values);
  return letter === null ? name : `${letter}: ${name}`;
}

export function Stamp({ job, clips, letter, current, shown, onOpen, onPick, onFocus }: TileProps) {
  const scene = sceneOf({ job, hasForm: true, gone: false, broken: false });
  const { paper } = looks[scene];
  const name = nameOf(job, scene, letter);
  const seconds = job.clip?.seconds ?? job.duration;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list has the keys, as a listbox does
    <div
      role="option"
      id={`videogen-stamp-${job.id}`}
      class="videogen-stamp"
      data-state={paper}
      data-shown={shown}
      data-job={job.id}
      aria-selected={letter !== null}
      aria-label={name}
      title={name}
      tabIndex={current ? 0 : -1}
      draggable={job.clip !== null}
      onFocus={onFocus}
      onClick={(event) => (event.ctrlKey || event.metaKey || event.shiftKey ? onPick() : onOpen())}
      onPointerMove={scrub}
      onDragStart={(event) => event.dataTransfer?.setData(JOB_TYPE, job.id)}
    >
      {job.clip ? <Picture clip={job.clip} clips={clips} /> : <Note job={job} scene={scene} />}
      {job.clip && seconds !== null && (
        <span class="videogen-badge is-over" aria-hidden="true">
          <Icon name="play" solid />
          <bdi dir="ltr">{format.seconds(seconds)}</bdi>
        </span>
      )}
      {job.starred && (
        <span class="videogen-fav">
          <Icon name="star" solid />
        </span>
      )}
      {letter && <span class="videogen-letter" data-letter={letter} />}
    </div>
  );
}
