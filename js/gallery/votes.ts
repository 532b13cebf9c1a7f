/** Blind votes as the kernel tells of them. */

import type { LeaderboardView, VoteView } from "../src/kernel/protocol.gen";
import type { FakeModel } from "./fake";

/** A vote in its middle. */
export const vote: VoteView = {
  name: "study-1",
  by: "model",
  rater: "Mira",
  raters: ["Jon", "Mira"],
  done: 14,
  total: 60,
  left: 180,
  token: "t1",
  prompt: "A shoal of fish under water",
  last: "right",
  notes: [],
  leaderboard: null,
};
/** What three models came to. */
export const board: LeaderboardView = {
  votes: 60,
  raters: ["Jon", "Mira"],
  verdict: "veo beats wan.",
  advice: "About 40 more votes should part kling from veo.",
  standings: ["veo", "kling", "wan"].map((name, at) => ({
    name,
    score: 1086 - 82 * at,
    low: 1019 - 82 * at,
    high: 1169 - 82 * at,
    share: 0.68 - 0.17 * at,
    seconds: 39,
    cost: at === 2 ? null : 0.16,
    cost_per_win: at === 2 ? null : 0.24,
  })),
  meetings: [
    { name: "veo", other: "kling", wins: 10, ties: 4, losses: 6 },
    { name: "veo", other: "wan", wins: 14, ties: 2, losses: 4 },
    { name: "kling", other: "veo", wins: 6, ties: 4, losses: 10 },
    { name: "kling", other: "wan", wins: 10, ties: 3, losses: 7 },
    { name: "wan", other: "veo", wins: 4, ties: 2, losses: 14 },
    { name: "wan", other: "kling", wins: 7, ties: 3, losses: 10 },
  ],
  notes: ["Ties count as half a win: 4 of 60 votes."],
};

/** Hand the two clips of the pair over, as the kernel does. */
export async function handOver(root: HTMLElement, fake: FakeModel): Promise<void> {
  const film = await (await fetch("/clip.mp4")).arrayBuffer();
  for (const message of fake.of("blind_piece")) fake.ack(message, {}, [new DataView(film)]);
  const isReady = () => root.querySelector(".videogen-choices [aria-disabled=false]") !== null;
  for (let look = 0; look < 100 && !isReady(); look++) await new Promise((next) => setTimeout(next, 50));
}
