/** The head of a grid: its name, how far it is, what it costs, and what can be done with all of it. */

import { useLayoutEffect, useRef } from "preact/hooks";
import { Icon } from "../components/icons";
import type { GridView } from "../kernel/protocol.gen";
import { isContactSheet } from "../on-demand/grid-place";
import { ExportMenu } from "../sheet/export-menu";
import { Notices } from "../sheet/notices";
import { Question } from "../sheet/question";
import { strings as shared } from "../sheet/strings";
import * as format from "../text/format";
import { fill, Template } from "../text/template";
import type { Stage } from "./stage";
import { strings } from "./strings";

interface HeaderProps {
  readonly stage: Stage;
  readonly grid: GridView;
}

const count = (value: number) => ({ count: format.integer(value) });

/** "20 prompts × 3 models × 2 seeds", or "20 takes". */
function Size({ grid }: { grid: GridView }) {
  if (isContactSheet(grid))
    return (
      <Template parts={[grid.clips === 1 ? strings.oneTake : strings.takes]} values={count(grid.clips)} />
    );
  const models = new Set(grid.columns.map(({ model, provider }) => `${provider}/${model}`)).size;
  const seeds = new Set(grid.columns.map(({ seed }) => seed)).size;
  return (
    <Template
      parts={[grid.rows === 1 ? strings.onePrompt : strings.prompts, strings.models, strings.seeds]}
      values={{
        ...count(grid.rows),
        models: models > 1 ? format.integer(models) : undefined,
        seeds: seeds > 1 ? format.integer(seeds) : undefined,
      }}
      between=" × "
    />
  );
}

function Name({ grid }: { grid: GridView }) {
  const title = isContactSheet(grid) ? grid.prompt || grid.name : grid.name;
  return (
    <div class="videogen-grid-name">
      <h3 title={title}>
        <bdi>{title}</bdi>
      </h3>
      <p>
        <Size grid={grid} />
        {grid.shared && " · "}
        <bdi>{grid.shared}</bdi>
      </p>
    </div>
  );
}

/** How far all is: what is done, and the percent of what is being made; what failed counts for nothing. */
function TotalBar({ grid }: { grid: GridView }) {
  const spoken = fill(strings.statusReady, {
    ready: format.integer(grid.ready),
    clips: format.integer(grid.clips),
  });
  return (
    <div
      class="videogen-bar"
      data-mode="fill"
      role="progressbar"
      aria-label={grid.prompt || grid.name}
      aria-valuemin={0}
      aria-valuemax={grid.clips}
      aria-valuenow={grid.ready}
      aria-valuetext={spoken}
    >
      <i style={{ "--videogen-done": `${Math.min(100, grid.progress)}%` }} />
    </div>
  );
}

/** A number that is nought says nothing. */
const known = (value: number): string | undefined => (value > 0 ? format.integer(value) : undefined);

function Counts({ grid }: { grid: GridView }) {
  return (
    <span>
      <Template
        parts={[strings.ready, strings.making, strings.waiting]}
        values={{
          ready: format.integer(grid.ready),
          clips: format.integer(grid.clips),
          making: known(grid.making),
          waiting: known(grid.waiting),
        }}
        between=" · "
      />
      {grid.cancelled > 0 && ` · ${fill(strings.cancelled, { cancelled: format.integer(grid.cancelled) })}`}
      {grid.failed > 0 && (
        <>
          {" · "}
          <b class="is-bad">
            <Template parts={[strings.failed]} values={{ failed: format.integer(grid.failed) }} />
          </b>
        </>
      )}
    </span>
  );
}

function describeTime({ state, making, left }: GridView): string | undefined {
  if (state === "paused")
    return making > 0 ? fill(strings.pausedGoOn, { making: format.integer(making) }) : strings.paused;
  return left === null || state !== "running" ? undefined : fill(strings.left, { left: aboutTime(left) });
}

/** Whole minutes, from a minute on: more would pretend to know. */
const aboutTime = (seconds: number): string =>
  format.duration(seconds < 60 ? Math.ceil(seconds / 5) * 5 : Math.ceil(seconds / 60) * 60);

function Money({ grid }: { grid: GridView }) {
  const isWhole = grid.state === "ended" || grid.spent >= grid.estimate;
  const values = {
    spent: grid.spent === 0 && !grid.free ? "$0.00" : format.dollars(grid.spent),
    estimate: format.dollars(grid.estimate),
    unpriced: known(grid.unpriced),
    time: describeTime(grid),
  };
  const money = grid.estimate === 0 && grid.unpriced > 0 ? [] : [isWhole ? strings.spentAll : strings.spent];
  return (
    <span>
      <Template
        parts={[...(grid.free ? [strings.free] : money), strings.unpriced, "[time]"]}
        values={values}
        between=" · "
      />
    </span>
  );
}

function describeRetry({ failed, retry_cost: cost }: GridView): string {
  if (cost === null) return fill(strings.retryFailed, count(failed));
  if (cost === 0) return fill(strings.retryFailedFree, count(failed));
  return fill(strings.retryFailedPriced, { ...count(failed), cost: format.dollars(cost) });
}

/** How far each function is that is called for the clips. */
function Work({ grid }: { grid: GridView }) {
  return (
    <div class="videogen-tally">
      {grid.work.map(({ name, done, total, failed }) => (
        <span key={name}>
          <Template
            parts={[strings.work]}
            values={{ name, done: format.integer(done), total: format.integer(total) }}
          />
          {failed > 0 && (
            <>
              {" · "}
              <b class="is-bad">
                <Template parts={[strings.failed]} values={{ failed: format.integer(failed) }} />
              </b>
            </>
          )}
        </span>
      ))}
    </div>
  );
}

/** A button that is drawn with a frame; the icons of the page's own are without. */
function Action({
  icon,
  label,
  hint,
  isBrief = false,
  onClick,
}: {
  readonly icon: "pause" | "play" | "close" | "retry" | "search" | "eye";
  readonly label: string;
  readonly hint?: string;
  /** Where it is narrow, only the icon is seen. */
  readonly isBrief?: boolean;
  readonly onClick: () => void;
}) {
  return (
    <button type="button" class="videogen-button" title={hint ?? label} onClick={onClick}>
      <Icon name={icon} />
      <span class={isBrief ? "videogen-brief" : undefined}>{label}</span>
    </button>
  );
}

const exportKinds = ["html", "zip", "png", "csv", "jsonl", "parquet"] as const;

/** What the grid is written as. */
function Export({ stage }: { stage: Stage }) {
  const save = async (kind: (typeof exportKinds)[number]) => {
    const path = await stage.store.export(kind);
    if (path !== null) stage.said.value = fill(shared.exported, { path });
  };
  return <ExportMenu kinds={exportKinds} onPick={(kind) => void save(kind)} />;
}

function Actions({ stage, grid }: HeaderProps) {
  const { store } = stage;
  const isOpen = grid.waiting > 0 || grid.making > 0;
  return (
    <fieldset class="videogen-grid-actions" aria-label={strings.more}>
      {grid.state === "running" && isOpen && (
        <Action
          icon="pause"
          label={strings.pause}
          hint={strings.pauseHint}
          isBrief
          onClick={() => void store.act("pause")}
        />
      )}
      {grid.state === "paused" && (
        <>
          <Action icon="play" label={strings.resume} onClick={() => void store.act("resume")} />
          {/* Only then: nobody cancels a study with one slip of the hand. */}
          <Action
            icon="close"
            label={fill(strings.cancelRest, count(grid.waiting + grid.making))}
            isBrief
            onClick={() => void store.act("cancel")}
          />
        </>
      )}
      {grid.failed > 0 && grid.state !== "elsewhere" && grid.state !== "planned" && (
        <Action icon="retry" label={describeRetry(grid)} onClick={() => void store.act("retry")} />
      )}
      <Export stage={stage} />
    </fieldset>
  );
}

/** Outcomes that only a person can decide on: all at once here, each on its tile. */
function Decisions({ stage, grid }: HeaderProps) {
  const { store } = stage;
  const price = grid.resend_cost;
  const resend =
    price === null || price === 0
      ? strings.resendAll
      : fill(strings.resendPriced, { cost: format.dollars(price) });
  const isShown = store.only.value === "undecided";
  return (
    <div class="videogen-decisions">
      <Icon name="question" />
      <p title={strings.undecidedWhy}>
        <Template
          parts={[grid.undecided === 1 ? strings.oneUndecided : strings.undecided]}
          values={{ count: format.integer(grid.undecided) }}
        />
      </p>
      <Action
        icon="search"
        label={grid.undecided === 1 ? strings.lookForOne : strings.lookForAll}
        onClick={() => void store.act("look")}
      />
      <Action
        icon="retry"
        label={resend}
        hint={strings.mayChargeTwice}
        onClick={() => void store.act("retry", [], true)}
      />
      {!isContactSheet(grid) && (
        <button
          type="button"
          class="videogen-button"
          aria-pressed={isShown}
          onClick={() => {
            store.only.value = isShown ? "" : "undecided";
          }}
        >
          <Icon name="eye" />
          <span>{strings.showUndecided}</span>
        </button>
      )}
    </div>
  );
}

/** What holds the grid back, and what the kernel refused. */
function GridNotices({ stage, grid }: HeaderProps) {
  const isAway = stage.session.connection.disconnected.value;
  const lines = [grid.state === "elsewhere" && strings.elsewhere, ...grid.notices];
  return <Notices isAway={isAway} lines={lines} fault={stage.store.fault} />;
}

export function Header({ stage, grid }: HeaderProps) {
  const isAway = stage.session.connection.disconnected.value;
  const node = useRef<HTMLDivElement>(null);
  const hadFocus = useRef(false);
  // A button that goes, such as Pause, leaves its focus to the first one that is left.
  useLayoutEffect(() => {
    const { activeElement } = (node.current?.getRootNode() ?? {}) as Partial<Document>;
    const isInside = node.current?.contains(activeElement ?? null) ?? false;
    if (hadFocus.current && (activeElement === document.body || !activeElement?.isConnected))
      node.current?.querySelector<HTMLElement>("button")?.focus();
    hadFocus.current = isInside;
  });
  return (
    <div
      ref={node}
      class="videogen-grid-head"
      onFocusIn={() => {
        hadFocus.current = true;
      }}
      onFocusOut={({ relatedTarget }) => {
        if (relatedTarget !== null) hadFocus.current = false;
      }}
    >
      <Name grid={grid} />
      <div class="videogen-grid-buttons" inert={isAway}>
        {!grid.guest && <Actions stage={stage} grid={grid} />}
      </div>
      <TotalBar grid={grid} />
      <div class="videogen-tally">
        <Counts grid={grid} />
        <Money grid={grid} />
      </div>
      {grid.work.length > 0 && <Work grid={grid} />}
      {grid.question && !isAway && (
        <Question
          key={grid.question.token}
          question={grid.question}
          onAnswer={(answer) => grid.question && void stage.store.answer(answer, grid.question)}
        />
      )}
      {grid.undecided > 0 && !grid.guest && !grid.question && <Decisions stage={stage} grid={grid} />}
      <GridNotices stage={stage} grid={grid} />
    </div>
  );
}
