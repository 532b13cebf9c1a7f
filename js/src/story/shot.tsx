/** One shot of the strip: its clip, its number and take, its prompt, and how it stands. */

import { Icon } from "../components/icons";
import type { ShotView } from "../kernel/protocol.gen";
import { ClipPreview, ClipStill, usePreview } from "../sheet/clip-preview";
import { Ring } from "../sheet/ring";
import { frames } from "../sheet/states";
import * as format from "../text/format";
import type { Desk } from "./desk";
import { SHOT_TYPE } from "./drop";
import { getStatus, isMaking, nameTake, nameTile } from "./words";

interface ShotProps {
  readonly desk: Desk;
  readonly shot: ShotView;
}

const hasPicture = ({ state, clip, job_id }: ShotView): boolean =>
  state === "ready" && clip !== null && job_id !== null;

function Picture({ desk, shot, isPlaying }: ShotProps & { readonly isPlaying: boolean }) {
  const { clipLoader: clips } = desk.session;
  if (isMaking(shot)) return <Ring percent={shot.percent} />;
  if (!shot.clip || !shot.job_id || !hasPicture(shot)) return <Reason shot={shot} />;
  return (
    <>
      <ClipStill id={shot.job_id} clip={shot.clip} isGone={false} clips={clips} posters={desk.posters} />
      {isPlaying && <ClipPreview id={shot.job_id} clip={shot.clip} clips={clips} />}
    </>
  );
}

/** A mark where there is neither a clip nor a percent; the words are below. */
function Reason({ shot }: { shot: ShotView }) {
  const icon = { failed: "alert", undecided: "question", gone: "search" }[shot.state as string] as
    | "alert"
    | "question"
    | "search"
    | undefined;
  return icon ? (
    <span class="videogen-why" aria-hidden="true">
      <Icon name={icon} />
    </span>
  ) : null;
}

/** What a tile has at rest, for the eye: its name says the same. */
function Badges({ shot }: { shot: ShotView }) {
  const over = hasPicture(shot) ? " is-over" : "";
  return (
    <>
      <span class="videogen-badge is-over is-number" aria-hidden="true">
        <bdi dir="ltr">{format.integer(shot.number)}</bdi>
      </span>
      {over && (
        <span class={`videogen-badge${over}`} aria-hidden="true">
          <Icon name="play" solid />
          <bdi dir="ltr">{format.seconds(shot.seconds)}</bdi>
        </span>
      )}
      {nameTake(shot) && (
        <span class={`videogen-badge is-end${over}`} aria-hidden="true">
          {nameTake(shot)}
        </span>
      )}
    </>
  );
}

function Status({ shot }: { shot: ShotView }) {
  const isWarning =
    shot.link === "stale" || shot.state === "failed" || shot.state === "undecided" || shot.state === "gone";
  const words = getStatus(shot).join(" · ");
  return (
    <small
      data-kind={shot.state === "failed" ? "error" : isWarning ? "warning" : ""}
      title={words}
      dir="auto"
    >
      {isWarning && <Icon name="alert" />}
      <span>{words}</span>
    </small>
  );
}

export function Shot({ desk, shot }: ShotProps) {
  const preview = usePreview();
  const isOpen = desk.opened.value === shot.id;
  const isPlaying = preview.isOn && !desk.player.playing.value;
  const press = () => {
    if (desk.isStill) desk.play(shot);
    else desk.toggle(shot.id);
  };
  return (
    <div class="videogen-shot" {...preview.events}>
      <button
        type="button"
        class="videogen-tile"
        data-state={frames[shot.state]}
        data-shot={shot.id}
        data-picked={isOpen}
        style={{ "--videogen-at": String(shot.percent ?? 0) }}
        aria-expanded={desk.isStill ? undefined : isOpen}
        aria-keyshortcuts="Alt+ArrowLeft Alt+ArrowRight Delete [ ] L"
        tabIndex={desk.current.value === shot.id ? 0 : -1}
        draggable={!desk.isStill}
        onDragStart={({ dataTransfer }) => dataTransfer?.setData(SHOT_TYPE, String(shot.id))}
        onFocus={() => {
          desk.current.value = shot.id;
        }}
        onClick={press}
      >
        <span class="videogen-visually-hidden">{nameTile(shot)}</span>
        <Picture desk={desk} shot={shot} isPlaying={isPlaying} />
        <Badges shot={shot} />
      </button>
      <p title={shot.prompt} dir="auto" aria-hidden="true">
        {shot.prompt}
      </p>
      <Status shot={shot} />
    </div>
  );
}
