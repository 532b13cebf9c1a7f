/** The texts of a vote, written as those of the page are: `{value}` runs from left to right, `[name]` is text of others. */

import type { Strings } from "../text/strings";

type Texts = Omit<Strings, "lines">;

export const en = {
  title: "Blind vote",
  pair: "Two clips of the same prompt",
  left: "Left clip",
  right: "Right clip",
  judged: "Pairs judged",
  progress: "*{done}* of {total}",
  remaining: "about {time} left",
  ask: "Which shows this better?",
  choices: "Your vote",
  choose: { left: "Left is better", tie: "Tie", bad: "Both bad", right: "Right is better" },
  last: {
    "": "",
    left: "Last vote: left was better",
    right: "Last vote: right was better",
    tie: "Last vote: a tie",
    bad: "Last vote: both bad",
  },
  undo: "Undo",
  hidden: "Names stay hidden until you finish. Each vote is saved as you make it.",
  finish: "Finish and show names",
  votingAs: "Voting as [rater]",
  changeRater: "Who votes?",
  setRater: "Vote",
  replay: "Play from the start",
  allJudged: "Every pair is judged. Finish to see what the votes come to.",
  loading: "Loading the clips…",
  away: "The notebook's kernel isn't running. Run the cell to go on; all votes are kept.",

  resultOf: "{votes} votes",
  raters: "{raters} raters",
  more: "Vote on more pairs",
  leaderboard: "Leaderboard",
  rank: "Rank",
  chart: "Chart of the score",
  score: "Score, 95 %",
  interval: "{low}–{high}",
  wins: "Wins",
  median: "Median",
  cost: "Per clip",
  costPerWin: "Per win",
  free: "free",
  unknown: "not known",
  beats: "beats",
  matrix: "How often the row beats the column: share, then won, tied, lost",
  matrixNote: "Share of wins, ties count half. Below it: won–tied–lost.",
  record: "{wins}–{ties}–{losses}",
  method:
    "Bradley–Terry on {votes} votes; 1,000 is the mean, 100 points more are a 64 % chance to win. Per win: the price of a clip divided by the share of wins.",
} as const satisfies Texts;

type Widened<T> = T extends string ? string : { readonly [K in keyof T]: Widened<T[K]> };
export type VoteTexts = Widened<typeof en>;

/** The texts in the language of the page; English where there are none. */
export const strings: VoteTexts = en;
