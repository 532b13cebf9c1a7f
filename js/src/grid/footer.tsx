/** The foot of a grid: what can be done with its tiles, and the keys. */

import { useMoment, writeClipboard } from "../components/clipboard";
import { Icon } from "../components/icons";
import { findHost } from "../kernel/host";
import type { GridView } from "../kernel/protocol.gen";
import { isContactSheet } from "../on-demand/grid-place";
import { type KeyRow, Keys } from "../sheet/keys";
import type { View } from "../state/view";
import { FilterIcon, TableIcon } from "./icons";
import type { Stage } from "./stage";
import { strings } from "./strings";

interface FooterProps {
  readonly view: View;
  readonly stage: Stage;
  readonly grid: GridView;
}

type Row = KeyRow<keyof typeof strings.keyNames>;
const tableKeys: readonly Row[] = [
  [["←", "↑", "↓", "→"], "move"],
  [[strings.space], "play"],
  [["1–5"], "rate"],
  [[strings.enter], "full"],
  [["O"], "open"],
  [["/"], "filter"],
];
const takeKeys: readonly Row[] = [
  [[strings.space], "play"],
  [["1–5"], "rate"],
  [["S"], "star"],
  [["C"], "compare"],
  [[strings.enter], "full"],
  [["R"], "retry"],
];

function PlayAll({ stage }: { stage: Stage }) {
  const { isAll } = stage.playback;
  return (
    <button
      type="button"
      class="videogen-button is-subtle"
      aria-pressed={isAll.value}
      onClick={() => {
        isAll.value = !isAll.peek();
      }}
    >
      <Icon name={isAll.value ? "pause" : "play"} />
      {isAll.value ? strings.pauseAll : strings.playAll}
    </button>
  );
}

/** Picks are counted; two or more can be compared. */
function Compare({ view }: { view: View }) {
  const { history } = view.session;
  const [picked, comparable] = [history.selected.value.length, history.comparable.value.length];
  return (
    <button
      type="button"
      class="videogen-button is-subtle"
      data-opens="comparison"
      disabled={comparable < 2}
      onClick={() => {
        view.isComparing.value = true;
      }}
    >
      <Icon name="compare" />
      {strings.compare}
      {picked > 0 && <span class="videogen-number">{picked}</span>}
    </button>
  );
}

function ToFrame({ stage, grid }: Omit<FooterProps, "view">) {
  const [isCopied, sayCopied] = useMoment();
  const take = async (place: Element) => {
    const code = `vg.grid(name=${JSON.stringify(grid.name)}).df`;
    if (findHost().insertBelow?.(place, code)) stage.said.value = strings.frameInserted;
    else if (await writeClipboard(code)) {
      sayCopied();
      stage.said.value = strings.frameCopied;
    }
  };
  return (
    <button
      type="button"
      class="videogen-button is-subtle"
      title={strings.toFrameHint}
      onClick={({ currentTarget }) => void take(currentTarget)}
    >
      {isCopied ? <Icon name="check" /> : <TableIcon />}
      <span class="videogen-brief">{strings.toFrame}</span>
    </button>
  );
}

function OnlyFailed({ stage }: { stage: Stage }) {
  const { only } = stage.store;
  return (
    <button
      type="button"
      class="videogen-button is-subtle"
      aria-pressed={only.value === "failed"}
      onClick={() => {
        only.value = only.peek() === "failed" ? "" : "failed";
      }}
    >
      <FilterIcon />
      {strings.onlyFailed}
    </button>
  );
}

export function Footer({ view, stage, grid }: FooterProps) {
  const isSheet = isContactSheet(grid);
  return (
    <div class="videogen-grid-foot">
      <PlayAll stage={stage} />
      {!grid.guest && <Compare view={view} />}
      {!isSheet && <OnlyFailed stage={stage} />}
      {!grid.guest && <ToFrame stage={stage} grid={grid} />}
      <span class="videogen-grid-said" role="status">
        <bdi>{stage.said.value}</bdi>
      </span>
      <Keys keys={isSheet ? takeKeys : tableKeys} names={strings.keyNames} />
    </div>
  );
}
