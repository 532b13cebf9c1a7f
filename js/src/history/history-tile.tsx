/** One job of the history as a small tile. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../components/icons";
import { JOB_TYPE } from "../form/media-tiles";
import type { ClipView, JobView } from "../kernel/protocol.gen";
import { appearances, type CardState, getCardState } from "../state/appearance";
import type { ClipLoader } from "../state/clip-loader";
import { prefersReducedMotion } from "../state/theme";
import * as format from "../text/format";
import { strings } from "../text/strings";
import { fill } from "../text/template";

interface HistoryTileProps {
  readonly job: JobView;
  readonly clips: ClipLoader;
  /** "A" for the first selected job, "B" for the second; null when not selected. */
  readonly letter: string | null;
  /** The tile that has the focus of the arrow keys. */
  readonly current: boolean;
  /** The job whose result is shown. */
  readonly isShown: boolean;
  /** It has ended while another job was shown. */
  readonly isUnseen: boolean;
  readonly onOpen: () => void;
  readonly onSelect: () => void;
  readonly onFocus: () => void;
}

/** A frame of the clip; nothing is fetched before the tile is visible. */
function Thumbnail({ clip, clips }: { clip: ClipView; clips: ClipLoader }) {
  const node = useRef<HTMLSpanElement>(null);
  const [isVisible, setVisible] = useState(typeof IntersectionObserver === "undefined");
  const address = isVisible ? clips.locate(clip).value : null;
  const [isBroken, setBroken] = useState(false);
  useLayoutEffect(() => {
    if (isVisible || node.current === null) return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && setVisible(true));
    observer.observe(node.current);
    return () => observer.disconnect();
  }, [isVisible]);
  return (
    <span ref={node} class="videogen-thumbnail">
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

/** Seek in the clip by the pointer's horizontal position. */
function scrubVideo(event: PointerEvent): void {
  const video = (event.currentTarget as Element).querySelector("video");
  if (!video?.duration || event.pointerType !== "mouse" || prefersReducedMotion()) return;
  const { left, width } = video.getBoundingClientRect();
  video.currentTime = Math.min(Math.max((event.clientX - left) / width, 0), 1) * video.duration;
}

function StateNote({ job, state }: { job: JobView; state: CardState }) {
  const { icon } = appearances[state];
  if (job.progress !== null && state === "running")
    return (
      <span class="videogen-state-note" aria-hidden="true">
        <bdi dir="ltr">{format.percent(job.progress)}</bdi>
      </span>
    );
  return (
    <span class="videogen-state-note" aria-hidden="true">
      {icon && <Icon name={icon} />}
      {strings.tileState[state]}
    </span>
  );
}

/** The accessible name: everything that the tile shows, and the prompt. */
export function describeJob(job: JobView, state: CardState, letter: string | null): string {
  const values = {
    prompt: job.prompt.slice(0, 80),
    length: job.duration === null ? "" : format.seconds(job.duration),
    state:
      job.progress !== null && state === "running" ? format.percent(job.progress) : strings.tileState[state],
    day: format.day(job.created_at),
    model: job.model,
  };
  const name = fill(job.duration === null ? strings.tileName : strings.tileNameLong, values);
  return letter === null ? name : `${letter}: ${name}`;
}

export function HistoryTile({
  job,
  clips,
  letter,
  current,
  isShown,
  isUnseen,
  onOpen,
  onSelect,
  onFocus,
}: HistoryTileProps) {
  const state = getCardState({ job, hasForm: true, disconnected: false, broken: false });
  const { frame } = appearances[state];
  const plain = describeJob(job, state, letter);
  const name = isUnseen ? `${plain}, ${strings.isNew}` : plain;
  const seconds = job.clip?.seconds ?? job.duration;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list has the keys, as a listbox does
    <div
      role="option"
      id={`videogen-tile-${job.id}`}
      class="videogen-tile"
      data-state={frame}
      data-shown={isShown}
      data-job={job.id}
      aria-selected={letter !== null}
      aria-label={name}
      title={name}
      tabIndex={current ? 0 : -1}
      draggable={job.clip !== null}
      onFocus={onFocus}
      onClick={(event) => (event.ctrlKey || event.metaKey || event.shiftKey ? onSelect() : onOpen())}
      onPointerMove={scrubVideo}
      onDragStart={(event) => event.dataTransfer?.setData(JOB_TYPE, job.id)}
    >
      {job.clip ? <Thumbnail clip={job.clip} clips={clips} /> : <StateNote job={job} state={state} />}
      {job.clip && seconds !== null && (
        <span class="videogen-badge is-over" aria-hidden="true">
          <Icon name="play" solid />
          <bdi dir="ltr">{format.seconds(seconds)}</bdi>
        </span>
      )}
      {job.starred && (
        <span class="videogen-star">
          <Icon name="star" solid />
        </span>
      )}
      {isUnseen && <span class="videogen-unseen" />}
      {letter && <span class="videogen-letter" data-letter={letter} />}
    </div>
  );
}
