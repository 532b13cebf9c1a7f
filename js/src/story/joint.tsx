/** What stands between two shots: the frame that they share, or a cut. */

import { useLayoutEffect } from "preact/hooks";
import { Icon } from "../components/icons";
import type { ShotView } from "../kernel/protocol.gen";
import type { Desk } from "./desk";
import { UnlinkIcon } from "./icons";
import { strings } from "./strings";
import { nameJoint } from "./words";

interface JointProps {
  readonly desk: Desk;
  readonly shot: ShotView;
  readonly before: ShotView;
}

/** The last frame of a clip. */
function LastFrame({ desk, job }: { desk: Desk; job: string }) {
  const url = desk.frames.get(job).value;
  useLayoutEffect(() => desk.frames.want(job), [job]);
  return <span class="videogen-last-frame">{url && <img src={url} alt="" draggable={false} />}</span>;
}

function Picture({ desk, shot, before }: JointProps) {
  if (shot.link === "cut")
    return (
      <>
        <UnlinkIcon />
        {strings.cutWord}
      </>
    );
  const job = shot.starts_on ?? (before.state === "ready" ? before.job_id : null);
  return (
    <>
      {job ? <LastFrame desk={desk} job={job} /> : <span class="videogen-last-frame" />}
      {shot.link === "stale" ? <UnlinkIcon /> : <Icon name="link" />}
    </>
  );
}

export function Joint({ desk, shot, before }: JointProps) {
  const [words, action] = nameJoint(shot);
  const label = action ? `${words}. ${action}` : words;
  const isFixed = desk.isStill || action === "";
  const picture = <Picture desk={desk} shot={shot} before={before} />;
  return (
    <div class="videogen-joint" data-link={shot.link}>
      {isFixed ? (
        <span role="img" aria-label={words} title={words}>
          {picture}
        </span>
      ) : (
        <button
          type="button"
          aria-label={label}
          title={label}
          tabIndex={desk.current.value === shot.id ? 0 : -1}
          onFocus={() => {
            desk.current.value = shot.id;
          }}
          onClick={() => void desk.toggleLink(shot)}
        >
          {picture}
        </button>
      )}
    </div>
  );
}
