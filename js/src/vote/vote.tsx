/** A blind vote: one pair, one question, four keys; names come at the end. */

import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { SyncedPlayers } from "../compare/synced-players";
import type { Request } from "../kernel/connection";
import type { ErrorView, VoteView } from "../kernel/protocol.gen";
import { RetryTiming } from "../kernel/retry-timing";
import type { View } from "../state/view";
import * as format from "../text/format";
import { Template } from "../text/template";
import { Pair } from "./pair";
import { Rater } from "./rater";
import { VoteResult } from "./result";
import { strings } from "./strings";

type Choice = "left" | "right" | "tie" | "bad";
const KEYS: Readonly<Record<string, Choice>> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowDown: "tie",
  x: "bad",
};
const BUTTONS = [
  { choice: "left", key: "←", shortcut: "ArrowLeft" },
  { choice: "tie", key: "↓", shortcut: "ArrowDown" },
  { choice: "bad", key: "X", shortcut: "X" },
  { choice: "right", key: "→", shortcut: "ArrowRight" },
] as const;
/** The ring of what was chosen is seen for so long. */
const RING_MILLISECONDS = 320;

interface ChoicesProps {
  readonly isReady: boolean;
  readonly onChoose: (choice: Choice) => void;
}

/** They stay in the page from pair to pair, so that the focus stays on them. */
function Choices({ isReady, onChoose }: ChoicesProps) {
  return (
    <fieldset class="videogen-choices" aria-label={strings.choices} dir="ltr">
      {BUTTONS.map(({ choice, key, shortcut }) => (
        <button
          key={choice}
          type="button"
          class="videogen-button"
          data-choice={choice}
          aria-keyshortcuts={shortcut}
          aria-disabled={!isReady}
          onClick={() => isReady && onChoose(choice)}
        >
          <kbd>{key}</kbd>
          {strings.choose[choice]}
        </button>
      ))}
    </fieldset>
  );
}

function Head({ view, vote, onRater }: { view: View; vote: VoteView; onRater: (name: string) => void }) {
  const { done, total, left, leaderboard } = vote;
  const values = {
    done: format.integer(done),
    total: format.integer(total),
    time: left === null ? undefined : format.duration(left),
    votes: leaderboard ? format.integer(leaderboard.votes) : undefined,
    raters: leaderboard && leaderboard.raters.length > 1 ? String(leaderboard.raters.length) : undefined,
  };
  const parts = leaderboard ? [strings.resultOf, strings.raters] : [strings.progress, strings.remaining];
  return (
    <div class="videogen-vote-head">
      <h3>{strings.title}</h3>
      <span class="videogen-hint">
        <bdi>{vote.name}</bdi>
      </span>
      <span class="videogen-spacer" />
      <span class="videogen-hint">
        <Template parts={parts} values={values} between=" · " />
      </span>
      <Rater view={view} vote={vote} onPick={onRater} />
    </div>
  );
}

interface AskProps {
  readonly view: View;
  readonly vote: VoteView;
  readonly act: (request: Request) => Promise<void>;
}

/** The question, for one pair after another. */
function Ask({ view, vote, act }: AskProps) {
  const { token } = vote;
  const [playable, setPlayable] = useState("");
  const [chosen, setChosen] = useState<{ token: string; choice: Choice } | null>(null);
  const players = useRef<SyncedPlayers | null>(null);
  const since = useRef(0);
  const isReady = token !== "" && playable === token && chosen?.token !== token;
  const choose = async (choice: Choice) => {
    const seconds = (performance.now() - since.current) / 1000;
    setChosen({ token, choice });
    await new Promise((done) => setTimeout(done, RING_MILLISECONDS));
    await act({ type: "cast_vote", token, choice, seconds });
    setChosen(null);
  };
  const undo = () => vote.last && void act({ type: "vote_act", action: "undo", token: "", name: "" });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey || event.altKey) return;
    const choice = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    const isButton = event.target instanceof HTMLButtonElement;
    if (choice && isReady) void choose(choice);
    else if (event.key.toLowerCase() === "u") undo();
    else if (event.key === " " && !isButton) players.current?.replay();
    else if (!choice) return;
    event.preventDefault();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the buttons inside take the focus, and their keys are heard here
    <div class="videogen-ask" onKeyDown={onKeyDown}>
      <p class="videogen-quote">
        <span>{strings.ask}</span> <bdi>{vote.prompt}</bdi>
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: keys that vote are heard here, and Space plays again */}
      <fieldset class="videogen-pair-place" tabIndex={0} aria-label={strings.pair} aria-keyshortcuts="Space">
        {token && (
          <Pair
            // Loaded anew where the kernel had gone and is back.
            key={`${token} ${view.session.connection.disconnected.value}`}
            connection={view.session.connection}
            token={token}
            chosen={chosen?.token === token ? chosen.choice : null}
            onPlayers={(made) => {
              players.current = made;
            }}
            onReady={() => {
              since.current = performance.now();
              setPlayable(token);
            }}
            onFault={(side) => void act({ type: "vote_act", action: `skip_${side}`, token, name: "" })}
          />
        )}
        {(token === "" || playable !== token) && (
          <p class="videogen-hint">{token === "" ? strings.allJudged : strings.loading}</p>
        )}
      </fieldset>
      <Choices isReady={isReady} onChoose={(choice) => void choose(choice)} />
      <div class="videogen-ask-foot">
        <button
          type="button"
          class="videogen-button is-subtle"
          aria-keyshortcuts="U"
          aria-disabled={!vote.last}
          onClick={undo}
        >
          {strings.undo} <kbd>U</kbd>
        </button>
        <span role="status">{strings.last[vote.last]}</span>
        <span>{[strings.hidden, ...vote.notes].join(" ")}</span>
        <button
          type="button"
          class="videogen-button is-subtle"
          onClick={() => void act({ type: "vote_act", action: "finish", token: "", name: "" })}
        >
          {strings.finish}
        </button>
      </div>
    </div>
  );
}

export function Vote({ view }: { view: View }) {
  const { connection } = view.session;
  const vote = connection.vote.value;
  const [fault, setFault] = useState<ErrorView | null>(null);
  const timing = useMemo(() => new RetryTiming(), []);
  const node = useRef<HTMLDivElement>(null);
  const act = async (request: Request) => {
    setFault(null);
    const ack = await connection.askUntilAnswered(request, timing);
    // A vote that was answered late is repeated, and then refused: the pair on view is another by then.
    const isJudged =
      "token" in request && request.token !== "" && request.token !== connection.vote.peek()?.token;
    if (ack?.error && !isJudged) setFault(ack.error);
  };
  const isOver = vote?.leaderboard != null;
  const wasOver = useRef(isOver);
  // Focus never falls to the page: it goes to the verdict, and back to the pair.
  useLayoutEffect(() => {
    if (wasOver.current !== isOver) {
      const target = isOver ? ".videogen-verdict h4" : ".videogen-pair-place";
      node.current?.querySelector<HTMLElement>(target)?.focus({ preventScroll: true });
    }
    wasOver.current = isOver;
  }, [isOver]);
  if (vote === null) return null;
  const done = vote.total === 0 ? 0 : (100 * vote.done) / vote.total;
  return (
    <div ref={node} class="videogen-vote-body">
      <Head
        view={view}
        vote={vote}
        onRater={(name) => void act({ type: "vote_act", action: "rater", token: "", name })}
      />
      {!vote.leaderboard && (
        <div
          class="videogen-bar"
          data-mode="fill"
          role="progressbar"
          aria-label={strings.judged}
          aria-valuemin={0}
          aria-valuemax={vote.total}
          aria-valuenow={vote.done}
          style={{ "--videogen-done": `${done}%` }}
        >
          <i />
        </div>
      )}
      <p role="alert" class="videogen-vote-fault">
        {connection.disconnected.value ? strings.away : fault && `${fault.message} ${fault.next}`}
      </p>
      {vote.leaderboard ? (
        <VoteResult
          vote={vote}
          leaderboard={vote.leaderboard}
          onMore={() => void act({ type: "vote_act", action: "more", token: "", name: "" })}
        />
      ) : (
        <div inert={connection.disconnected.value}>
          <Ask view={view} vote={vote} act={act} />
        </div>
      )}
    </div>
  );
}
