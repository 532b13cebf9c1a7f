/** What the card looks like and offers in each state: one table. The texts are in `strings.ts`. */

import type { IconName } from "../components/icons";
import { isOpen } from "../kernel/job-state";
import type { ClipView, JobView } from "../kernel/protocol.gen";

/** The states of a job, and further states of the page or the kernel. */
export type CardState =
  | JobView["state"]
  | "ready"
  | "waiting"
  | "stopped"
  | "broken"
  | "detached"
  | "gone"
  | "restarted"
  | "saved"
  | "restored"
  | "reused"
  | "searching"
  | "locked"
  | "slow"
  | "busy";

export type FrameStyle = "empty" | "running" | "ready" | "refused" | "unknown" | "stopped";
export type DotMode = "rest" | "fill" | "full" | "lost";
export type Action =
  | "cancel"
  | "detach"
  | "watch"
  | "recheck"
  | "restore"
  | "recover"
  | "resend"
  | "repeat"
  | "show"
  | "reconnect";

export interface Appearance {
  readonly frame: FrameStyle;
  readonly dots: DotMode;
  /** `moving` is indeterminate as long as no percent is known; `indeterminate` is so always; `frozen` is grey. */
  readonly bar: "moving" | "indeterminate" | "frozen" | "none";
  readonly icon: IconName | null;
  readonly tone: "plain" | "ok" | "warn" | "error";
  readonly role: "status" | "alert";
  readonly separator: " " | " · ";
  /** The elapsed time is shown and runs. */
  readonly isTicking: boolean;
  /** `cancel` is offered only where the provider can cancel, `detach` only where it cannot. */
  readonly actions: readonly Action[];
}

const still: Appearance = {
  frame: "empty",
  dots: "rest",
  bar: "none",
  icon: null,
  tone: "plain",
  role: "status",
  separator: " · ",
  isTicking: false,
  actions: [],
};
const sending: Appearance = { ...still, bar: "moving", isTicking: true, actions: ["detach"] };
const underway: Appearance = { ...sending, actions: ["cancel", "detach"] };
const lost: Appearance = {
  ...still,
  frame: "unknown",
  dots: "lost",
  icon: "question",
  tone: "warn",
  role: "alert",
  separator: " ",
};
const stopped: Appearance = { ...still, frame: "stopped", separator: " " };

export const appearances: Readonly<Record<CardState, Appearance>> = {
  ready: still,
  waiting: still,
  draft: sending,
  submitting: sending,
  queued: underway,
  running: { ...underway, frame: "running", dots: "fill" },
  slow: { ...underway, frame: "running", dots: "fill", bar: "indeterminate" },
  busy: { ...underway, frame: "running", dots: "fill", bar: "indeterminate" },
  saving: { ...still, frame: "running", dots: "full", bar: "moving" },
  succeeded: { ...still, frame: "ready", dots: "full", icon: "check", tone: "ok" },
  reused: { ...still, frame: "ready", dots: "full", icon: "bolt", tone: "ok", actions: ["repeat"] },
  broken: { ...stopped, icon: "question", actions: ["restore", "repeat"] },
  failed: { ...still, frame: "refused", icon: "alert", tone: "error", role: "alert", separator: " " },
  cancelled: { ...stopped, icon: "stop" },
  stopped: { ...stopped, icon: "stop" },
  expired: { ...stopped, icon: "alert", tone: "warn", role: "alert", actions: ["recheck", "repeat"] },
  unknown_outcome: { ...lost, actions: ["recover", "resend"] },
  searching: { ...lost, bar: "moving", isTicking: true },
  unreachable: {
    ...stopped,
    bar: "frozen",
    icon: "question",
    tone: "warn",
    role: "alert",
    isTicking: true,
    actions: ["watch", "detach"],
  },
  locked: { ...stopped, bar: "frozen", icon: "alert", tone: "warn", role: "alert" },
  detached: { ...stopped, bar: "frozen", icon: "stop", actions: ["watch", "cancel"] },
  gone: { ...stopped, bar: "frozen", icon: "question" },
  restarted: { ...stopped, bar: "frozen", icon: "eye", actions: ["reconnect"] },
  saved: { ...still, frame: "running", dots: "full", icon: "check", tone: "ok", actions: ["show"] },
  restored: { ...still, frame: "ready", dots: "full", icon: "check", tone: "ok" },
};

export interface Away {
  /** Another kernel is in its place. */
  readonly isRestarted: boolean;
  /** And it answers. */
  readonly isReady: boolean;
  /** The file of the clip is there; it is shown when somebody asks for it. */
  readonly clip: ClipView | null;
  readonly isShown: boolean;
}
const unknownAway: Away = { isRestarted: false, isReady: false, clip: null, isShown: false };

/** What the state of a card depends on; a tile of the library has no more. */
type Shown = Pick<JobView, "state" | "detached" | "searching" | "reused" | "progress"> & {
  readonly error: unknown;
};

export interface CardInputs {
  readonly job: Shown | null;
  readonly hasForm: boolean;
  readonly disconnected: boolean;
  /** What is known while the kernel that made the widget is away. */
  readonly away?: Away;
  /** The player failed to load the clip. */
  readonly broken: boolean;
  /** It takes much longer than similar jobs. */
  readonly isSlow?: boolean;
  /** The provider asked us to wait or did not answer: the next poll is delayed. */
  readonly isBackingOff?: boolean;
}

const canBackOff = new Set<JobView["state"]>(["draft", "queued", "running"]);

/** The card's state. A finished job is shown without a kernel; an open one is not. */
export function getCardState({
  job,
  hasForm,
  disconnected,
  away = unknownAway,
  broken,
  isSlow = false,
  isBackingOff = false,
}: CardInputs): CardState {
  const isAway = disconnected && (job === null || isOpen(job));
  if (isAway && away.clip) return broken ? "broken" : away.isShown ? "restored" : "saved";
  if (isAway) return away.isRestarted ? "restarted" : "gone";
  if (job === null) return hasForm ? "ready" : "waiting";
  if (isOpen(job)) {
    if (job.detached) return "detached";
    if (job.state === "unreachable" && job.error !== null) return "locked";
    if (job.searching) return "searching";
    if (isBackingOff && canBackOff.has(job.state)) return "busy";
    return isSlow && job.state === "running" ? "slow" : job.state;
  }
  if (job.state === "succeeded") return broken ? "broken" : job.reused ? "reused" : "succeeded";
  // "Before it started" is true only of a job that never reported progress.
  if (job.state === "cancelled" && job.progress !== null) return "stopped";
  return job.state;
}

/** The actions for a job in a state: Cancel only where it works, and never beside Stop waiting. */
export function getActions(state: CardState, job: JobView | null): readonly Action[] {
  const able = job?.can_cancel ?? false;
  return appearances[state].actions.filter((act) =>
    act === "cancel"
      ? able
      : act === "detach"
        ? !able || !appearances[state].actions.includes("cancel")
        : true,
  );
}
