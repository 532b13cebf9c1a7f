/** What the votes come to: a sentence that says only what the intervals allow, the standings, and who beat whom. */

import type { LeaderboardView, MeetingView, StandingView, VoteView } from "../kernel/protocol.gen";
import * as format from "../text/format";
import { fill, Template } from "../text/template";
import { strings } from "./strings";

const formatCost = (cost: number | null): string =>
  cost === null ? strings.unknown : cost === 0 ? strings.free : format.dollars(cost);

/** Where a score stands in the chart, in percent of its width. */
function makeScale(standings: readonly StandingView[]): (score: number) => number {
  const low = Math.min(...standings.map((one) => one.low));
  const high = Math.max(...standings.map((one) => one.high));
  return (score) => 4 + (92 * (score - low)) / Math.max(high - low, 1);
}

function Standing({ one, rank, at }: { one: StandingView; rank: number; at: (score: number) => number }) {
  const style = { "--at": at(one.score), "--low": at(one.low), "--high": at(one.high), "--mean": at(1000) };
  const interval = { low: format.integer(one.low), high: format.integer(one.high) };
  return (
    <tr>
      <td class="is-number">{rank}</td>
      <th scope="row">
        <bdi>{one.name}</bdi>
      </th>
      <td>
        <b>
          <bdi dir="ltr">{format.integer(one.score)}</bdi>
        </b>{" "}
        <small>
          <bdi dir="ltr">{fill(strings.interval, interval)}</bdi>
        </small>
      </td>
      <td class="videogen-interval-cell">
        <span class="videogen-interval" aria-hidden="true" style={style} dir="ltr">
          <i />
        </span>
      </td>
      <td class="is-number">{format.percent(Math.round(100 * one.share))}</td>
      <td class="is-number">{one.seconds === null ? strings.unknown : format.duration(one.seconds)}</td>
      <td class="is-number">{formatCost(one.cost)}</td>
      <td class="is-number">
        <b>{formatCost(one.cost_per_win)}</b>
      </td>
    </tr>
  );
}

function Standings({ standings, title }: { standings: readonly StandingView[]; title: string }) {
  const at = makeScale(standings);
  return (
    <table class="videogen-standings">
      <caption class="videogen-visually-hidden">{strings.leaderboard}</caption>
      <thead>
        <tr>
          <th scope="col" class="is-number">
            <span class="videogen-visually-hidden">{strings.rank}</span>
          </th>
          <th scope="col">{title}</th>
          <th scope="col">{strings.score}</th>
          <th scope="col">
            <span class="videogen-visually-hidden">{strings.chart}</span>
          </th>
          {[strings.wins, strings.median, strings.cost, strings.costPerWin].map((name) => (
            <th scope="col" class="is-number" key={name}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {standings.map((one, index) => (
          <Standing key={one.name} one={one} rank={index + 1} at={at} />
        ))}
      </tbody>
    </table>
  );
}

function Meeting({ meeting }: { meeting: MeetingView | undefined }) {
  const { wins, ties, losses } = meeting ?? { wins: 0, ties: 0, losses: 0 };
  const votes = wins + ties + losses;
  if (votes === 0) return <td class="is-none">–</td>;
  const share = (wins + ties / 2) / votes;
  return (
    <td style={{ "--share": String(Math.round(share * 30)) }}>
      <b>{format.percent(Math.round(100 * share))}</b>
      <bdi dir="ltr">
        {fill(strings.record, { wins: String(wins), ties: String(ties), losses: String(losses) })}
      </bdi>
    </td>
  );
}

function Matrix({ leaderboard }: { leaderboard: LeaderboardView }) {
  const names = leaderboard.standings.map(({ name }) => name);
  const find = (name: string, other: string) =>
    leaderboard.meetings.find((one) => one.name === name && one.other === other);
  return (
    <div class="videogen-matrix">
      <table>
        <caption class="videogen-visually-hidden">{strings.matrix}</caption>
        <thead>
          <tr>
            <th scope="col">{strings.beats}</th>
            {names.map((name) => (
              <th scope="col" key={name}>
                <bdi>{name}</bdi>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {names.map((name) => (
            <tr key={name}>
              <th scope="row">
                <bdi>{name}</bdi>
              </th>
              {names.map((other) => (
                <Meeting key={other} meeting={find(name, other)} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p class="videogen-hint">{strings.matrixNote}</p>
    </div>
  );
}

interface ResultProps {
  readonly vote: VoteView;
  readonly leaderboard: LeaderboardView;
  readonly onMore: () => void;
}

export function VoteResult({ vote, leaderboard, onMore }: ResultProps) {
  const { standings, verdict, advice, notes, votes } = leaderboard;
  const title = vote.by.charAt(0).toUpperCase() + vote.by.slice(1);
  const [headline, shown] = verdict ? [verdict, notes] : [notes[0], notes.slice(1)];
  return (
    <div class="videogen-vote-result">
      <div class="videogen-verdict">
        <div>
          <h4 tabIndex={-1}>{headline}</h4>
          {verdict && advice && <p>{advice}</p>}
        </div>
        <button type="button" class="videogen-button is-primary" onClick={onMore}>
          {strings.more}
        </button>
      </div>
      {standings.length > 0 && (
        <div class="videogen-results">
          <div class="videogen-standings-scroll">
            <Standings standings={standings} title={title} />
          </div>
          <Matrix leaderboard={leaderboard} />
        </div>
      )}
      <ul class="videogen-vote-notes">
        {shown.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
      {verdict && (
        <p class="videogen-hint videogen-method">
          <Template parts={[strings.method]} values={{ votes: format.integer(votes) }} />
        </p>
      )}
    </div>
  );
}
