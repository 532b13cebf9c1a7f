/** What the parts of one view of a story share: what is opened, what plays, and what is asked of the kernel. */

import { batch, signal } from "@preact/signals";
import type { Request } from "../kernel/connection";
import type { ErrorView, GridQuestion, ShotView, StoryAct, StoryView } from "../kernel/protocol.gen";
import { Posters } from "../sheet/posters";
import { strings as shared } from "../sheet/strings";
import type { Session } from "../state/session";
import type { View } from "../state/view";
import { fill } from "../text/template";
import { listReels } from "./reels";
import { ShotPlayer } from "./shot-player";
import { strings } from "./strings";

type Action = StoryAct["action"];
type Change = Partial<Omit<StoryAct, "type" | "v" | "request_id" | "action">>;

const nothing: Omit<StoryAct, "v" | "request_id" | "action"> = {
  type: "story_act",
  token: "",
  shot: 0,
  shots: [],
  to: 0,
  take: 0,
  prompt: "",
  fields: {},
  job_id: "",
  undecided: false,
  medium: null,
  volume: null,
  fade: null,
  on: true,
  caption: "",
};

/** The box of a shot that is still to be written. */
export const NEW_SHOT = 0;
/** The box of the sound under the film. */
export const SOUND = -1;

export class Desk {
  readonly session: Session;
  readonly posters: Posters;
  /** Last frames, by the job of their clip. */
  readonly frames: Posters;
  readonly player = new ShotPlayer();
  /** Whether the player is on view. */
  readonly isScreenOpen = signal(false);
  /** The film is played though the shots have changed since. */
  readonly wantsFilm = signal(false);
  /** The shot whose box is open, by its id; or one of the boxes above. */
  readonly opened = signal<number | null>(null);
  /** The shot that Tab leads to, by its id. */
  readonly current = signal(0);
  /** What a status says, until the next one. */
  readonly said = signal("");
  /** Why the kernel refused the last action. */
  readonly fault = signal<Pick<ErrorView, "message" | "next"> | null>(null);
  /** The film is joined as soon as its last shot is ready. */
  readonly joinsWhenReady = signal(false);
  /** Actions that wait for their answers. */
  readonly pending = signal<ReadonlySet<string>>(new Set());

  constructor({ session }: View) {
    this.session = session;
    this.posters = new Posters(session.connection);
    const describe = (job_ids: readonly string[]): Request => ({
      type: "story_frames",
      job_ids,
      which: "last",
    });
    this.frames = new Posters(session.connection, describe);
  }

  get story(): StoryView | null {
    return this.session.connection.story.peek();
  }

  /** Visitors look and play, and without its kernel nobody edits a story. */
  get isStill(): boolean {
    const { connection } = this.session;
    return connection.disconnected.value || (connection.story.value?.guest ?? false);
  }

  /** Give the player what is to be played: the film where it is up to date or asked for, else the shots. */
  thread(story: StoryView): void {
    this.player.set(...listReels(story, this.wantsFilm.value, this.session.clipLoader));
  }

  /** Play from a shot on, or from where the playhead is. */
  play(shot?: ShotView): void {
    this.isScreenOpen.value = true;
    if (shot) this.player.seek(this.#startOf(shot));
    this.player.play();
  }

  togglePlay(shot: ShotView): void {
    if (this.player.playing.peek()) this.player.pause();
    else this.play(shot);
  }

  #startOf({ number }: ShotView): number {
    return this.story?.shots.slice(0, number - 1).reduce((sum, { seconds }) => sum + seconds, 0) ?? 0;
  }

  /** Open the box of a shot, or close it. */
  toggle(id: number): void {
    this.opened.value = this.opened.peek() === id ? null : id;
  }

  /** Close the box; the focus goes back to the strip. */
  close(): void {
    this.opened.value = null;
  }

  answer(answer: "send" | "decline", { token }: GridQuestion): Promise<boolean> {
    return this.act(answer, { token });
  }

  /** Ask for an action once, however often it is pressed; false where it was refused. */
  async act(action: Action, change: Change = {}): Promise<boolean> {
    const key = JSON.stringify([action, change]);
    if (this.pending.peek().has(key)) return false;
    batch(() => {
      this.fault.value = null;
      this.pending.value = new Set([...this.pending.peek(), key]);
    });
    const ack = await this.session.connection.ask({ ...nothing, ...change, action });
    batch(() => {
      this.pending.value = new Set([...this.pending.peek()].filter((other) => other !== key));
      this.fault.value = ack?.error ?? null;
    });
    return ack?.ok ?? false;
  }

  /** Move a shot to a place, from 1. */
  async move({ id, number }: ShotView, to: number): Promise<void> {
    if (to < 1 || to > (this.story?.shots.length ?? 0) || to === number) return;
    if (!(await this.act("move", { shot: id, to }))) return;
    this.said.value = fill(strings.moved, { before: String(number), after: String(to) });
  }

  /** Take a shot out; the next one has the focus then. */
  async remove({ id, number }: ShotView): Promise<void> {
    const { shots = [] } = this.story ?? {};
    const next = shots[number] ?? shots[number - 2];
    const wasOpen = this.opened.peek() === id;
    if (!(await this.act("remove", { shot: id }))) return;
    batch(() => {
      this.current.value = next?.id ?? NEW_SHOT;
      if (wasOpen) this.opened.value = null;
      this.said.value = fill(strings.removed, { number: String(number) });
    });
  }

  /** Make a prompt or a clip a shot. */
  async insert(change: Pick<Change, "prompt" | "job_id" | "to">): Promise<void> {
    if (!(await this.act("insert", change))) return;
    const { shots = [] } = this.story ?? {};
    batch(() => {
      this.current.value = (change.to ? shots[change.to - 1] : shots.at(-1))?.id ?? NEW_SHOT;
      this.said.value = strings.added;
      if (this.opened.peek() === NEW_SHOT) this.opened.value = null;
    });
  }

  async restore(): Promise<void> {
    if (await this.act("restore")) this.said.value = strings.restored;
  }

  /** Cut before a shot, or link it to the one before. */
  async toggleLink(shot: ShotView): Promise<void> {
    const { id, number, link } = shot;
    if (link === "first" || (link === "cut" && !shot.can_link)) return;
    const action = link === "cut" ? "link" : link === "stale" ? "keep" : "cut";
    const words = action === "link" ? strings.linked : strings.cut;
    if (await this.act(action, { shot: id }))
      this.said.value = fill(words, { before: String(number - 1), after: String(number) });
  }

  /** Show the take before or after the chosen one. */
  async stepTake(shot: ShotView, by: number): Promise<void> {
    const at = shot.takes.findIndex(({ number }) => number === shot.take);
    const next = shot.takes[at + by];
    if (at >= 0 && next) await this.choose(shot, next.number);
  }

  async choose({ id, number, takes }: ShotView, take: number): Promise<void> {
    if (!(await this.act("choose", { shot: id, take }))) return;
    const values = { number: String(number), take: String(take), takes: String(takes.length) };
    this.said.value = fill(strings.takeShown, values);
  }

  /** Say something else while a shot is shown; false where it was refused. */
  async setCaption({ id, number }: ShotView, caption: string): Promise<boolean> {
    const isDone = await this.act("caption", { shot: id, caption });
    if (isDone) this.said.value = fill(strings.captionSaved, { number: String(number) });
    return isDone;
  }

  async join(): Promise<void> {
    this.joinsWhenReady.value = false;
    if (!(await this.act("join"))) return;
    batch(() => {
      this.said.value = strings.joined;
      this.isScreenOpen.value = true;
    });
    this.player.seek(0);
  }

  /** Write the story beside the notebook. */
  async export(kind: "html" | "zip" | "csv"): Promise<void> {
    this.fault.value = null;
    const ack = await this.session.connection.ask({ type: "export", kind });
    if (ack?.error) this.fault.value = ack.error;
    else if (ack?.text) this.said.value = fill(shared.exported, { path: ack.text });
  }

  isPending(action: Action): boolean {
    return [...this.pending.value].some((key) => key.startsWith(`["${action}"`));
  }

  dispose(): void {
    this.player.pause();
    this.posters.dispose();
    this.frames.dispose();
  }
}
