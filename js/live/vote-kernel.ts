/** Stands in for a blind vote: pairs of clips whose makers are named at the end. */

import type { CastVote, LeaderboardView, PageMessage, VoteAct, VoteView } from "../src/kernel/protocol.gen";
import type { Pair } from "./data";
import { makeId } from "./job";
import { type Stage, StandInKernel } from "./kernel";
import { type Outcome, Refusal, refuse } from "./stand-in-model";
import { filmOf } from "./styles";

type Choice = CastVote["choice"];
const RATER = "you";

export class VoteKernel extends StandInKernel {
  #votes: readonly Choice[] = [];
  #isFinished = false;
  #rater = RATER;
  #token = makeId();

  constructor(stage: Stage) {
    super(stage, {});
    this.#tell(null);
  }

  protected override handle(message: PageMessage): Outcome | Promise<Outcome> {
    switch (message.type) {
      case "cast_vote":
        this.#check(message.token);
        return this.#renew([...this.#votes, message.choice]);
      case "vote_act":
        return this.#act(message);
      case "blind_piece":
        this.#check(message.token);
        return this.readPiece(this.#filmOn(message.side), message.offset, message.length);
      default:
        return super.handle(message);
    }
  }

  get #pair(): Pair | undefined {
    return this.#isFinished ? undefined : this.stage.data.pairs[this.#votes.length];
  }

  #filmOn(side: "left" | "right"): string {
    const pair = this.#pair;
    return pair ? filmOf(pair.scene, pair[side]) : "";
  }

  #act({ action, name }: VoteAct): Promise<Outcome> {
    switch (action) {
      case "undo":
        return this.#renew(this.#votes.slice(0, -1));
      case "rater":
        this.#rater = name;
        return this.#renew(this.#votes);
      case "finish":
      case "more":
        this.#isFinished = action === "finish";
        return this.#renew(this.#votes);
      default:
        throw refuse();
    }
  }

  /** One click is one vote. */
  #check(token: string): void {
    if (token !== this.#token || this.#pair === undefined)
      throw new Refusal("That pair is judged already.", "Vote on the pair that is shown now.", "error");
  }

  async #renew(votes: readonly Choice[]): Promise<Outcome> {
    if (votes.length !== this.#votes.length) this.#token = makeId();
    this.#votes = votes;
    this.#tell(this.#isFinished ? await this.#count() : null);
    return {};
  }

  #tell(leaderboard: LeaderboardView | null): void {
    const { pairs, vocabulary } = this.stage.data;
    const pair = this.#pair;
    const [, prompt = ""] = vocabulary.examples[pair?.scene ?? ""] ?? [];
    const vote: VoteView = {
      name: "",
      by: "model",
      rater: this.#rater,
      raters: [this.#rater],
      done: this.#votes.length,
      total: pairs.length,
      left: null, // a rater's pace is told after five votes
      token: pair ? this.#token : "",
      prompt: pair ? prompt : "",
      last: this.#votes.at(-1) ?? "",
      notes: [],
      leaderboard,
    };
    this.model.set({ vote });
  }

  /** What the votes come to, as the kernel counts them: every course of this vote was counted beforehand. */
  async #count(): Promise<LeaderboardView | null> {
    const text = await this.stage.load("leaderboards");
    const boards = JSON.parse(text) as Readonly<Record<string, LeaderboardView>>;
    const board = boards[this.#votes.join(",")];
    return board ? { ...board, raters: board.raters.map(() => this.#rater) } : null;
  }
}
