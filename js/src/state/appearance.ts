/** What each situation looks like and offers: one table, no branches elsewhere. The words are in `strings.ts`. */

import type { IconName } from "../components/icons";
import { isOpen } from "../kernel/job-state";
import type { JobView } from "../kernel/protocol.gen";

/** A job's own states, and the situations that are facts about the page or the kernel. */
export type Scene =
  | JobView["state"]
  | "ready"
  | "waiting"
  | "stopped"
  | "broken"
  | "detached"
  | "gone"
  | "reused"
  | "searching"
  | "locked"
  | "slow"
  | "busy";

export type Paper = "empty" | "running" | "ready" | "refused" | "unknown" | "stopped";
export type Dots = "rest" | "fill" | "full" | "lost";
export type Act = "cancel" | "detach" | "watch" | "check" | "find" | "look" | "resend" | "again";

export interface Look {
  readonly paper: Paper;
  readonly dots: Dots;
  /** `moving` fills when a percent is known and drifts when none is; `frozen` is grey and still. */
  readonly bar: "moving" | "drift" | "frozen" | "none";
  readonly glyph: IconName | null;
  readonly tone: "plain" | "ok" | "warn" | "error";
  readonly says: "status" | "alert";
  readonly between: " " | " · ";
  /** The elapsed clock runs. */
  readonly ticking: boolean;
  /** `cancel` is offered only where the service can; `detach` stands in where it cannot. */
  readonly acts: readonly Act[];
}

const still: Look = {
  paper: "empty",
  dots: "rest",
  bar: "none",
  glyph: null,
  tone: "plain",
  says: "status",
  between: " · ",
  ticking: false,
  acts: [],
};
const sending: Look = { ...still, bar: "moving", ticking: true, acts: ["detach"] };
const underway: Look = { ...sending, acts: ["cancel", "detach"] };
const lost: Look = {
  ...still,
  paper: "unknown",
  dots: "lost",
  glyph: "question",
  tone: "warn",
  says: "alert",
  between: " ",
};
const stopped: Look = { ...still, paper: "stopped", between: " " };

export const looks: Readonly<Record<Scene, Look>> = {
  ready: still,
  waiting: still,
  draft: sending,
  submitting: sending,
  queued: underway,
  running: { ...underway, paper: "running", dots: "fill" },
  slow: { ...underway, paper: "running", dots: "fill", bar: "drift" },
  busy: { ...underway, paper: "running", dots: "fill", bar: "drift" },
  saving: { ...still, paper: "running", dots: "full", bar: "moving" },
  succeeded: { ...still, paper: "ready", dots: "full", glyph: "check", tone: "ok" },
  reused: { ...still, paper: "ready", dots: "full", glyph: "bolt", tone: "ok", acts: ["again"] },
  broken: { ...stopped, glyph: "question", acts: ["find", "again"] },
  failed: { ...still, paper: "refused", glyph: "alert", tone: "error", says: "alert", between: " " },
  cancelled: { ...stopped, glyph: "stop" },
  stopped: { ...stopped, glyph: "stop" },
  expired: { ...stopped, glyph: "alert", tone: "warn", says: "alert", acts: ["check", "again"] },
  unknown_outcome: { ...lost, acts: ["look", "resend"] },
  searching: { ...lost, bar: "moving", ticking: true },
  unreachable: {
    ...stopped,
    bar: "frozen",
    glyph: "question",
    tone: "warn",
    says: "alert",
    ticking: true,
    acts: ["watch", "detach"],
  },
  locked: { ...stopped, bar: "frozen", glyph: "alert", tone: "warn", says: "alert" },
  detached: { ...stopped, bar: "frozen", glyph: "stop", acts: ["watch", "cancel"] },
  gone: { ...stopped, bar: "frozen", glyph: "question" },
};

export interface Situation {
  readonly job: JobView | null;
  readonly hasForm: boolean;
  readonly gone: boolean;
  /** The player could not load the clip. */
  readonly broken: boolean;
  /** It has taken much longer than jobs like it. */
  readonly late?: boolean;
  /** The service asked us to wait, or did not answer: the next look is a while away. */
  readonly waits?: boolean;
}

const patient = new Set<JobView["state"]>(["draft", "queued", "running"]);

/** Which row of the table is true now. A finished job outlives its kernel; an open one does not. */
export function sceneOf({ job, hasForm, gone, broken, late = false, waits = false }: Situation): Scene {
  if (job === null) return gone ? "gone" : hasForm ? "ready" : "waiting";
  if (isOpen(job)) {
    if (gone || job.detached) return gone ? "gone" : "detached";
    if (job.state === "unreachable" && job.error !== null) return "locked";
    if (job.searching) return "searching";
    if (waits && patient.has(job.state)) return "busy";
    return late && job.state === "running" ? "slow" : job.state;
  }
  if (job.state === "succeeded") return broken ? "broken" : job.reused ? "reused" : "succeeded";
  // "Before it started" is only said of work that never reported any progress.
  if (job.state === "cancelled" && job.progress !== null) return "stopped";
  return job.state;
}

/** The buttons of a row for this job: never a Cancel that cannot cancel, never both Cancel and Stop waiting. */
export function actsOf(scene: Scene, job: JobView | null): readonly Act[] {
  const able = job?.can_cancel ?? false;
  return looks[scene].acts.filter((act) =>
    act === "cancel" ? able : act === "detach" ? !able || !looks[scene].acts.includes("cancel") : true,
  );
}
