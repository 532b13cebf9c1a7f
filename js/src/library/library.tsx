/** The library: every clip with the sentence that made it, filtered, looked at, reused, picked to be compared. */

import type { VNode } from "preact";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { IconButton } from "../components/button";
import { strings } from "../parts/strings";
import { Posters } from "../sheet/posters";
import type { JobHistory, Tile } from "../state/history";
import type { View } from "../state/view";
import * as format from "../text/format";
import { fill, Template } from "../text/template";
import { Detail } from "./detail";
import { Filters } from "./filters";
import { takePrompt } from "./take-prompt";
import { LibraryTile, TilePlaceholder } from "./tile";
import { gridHeight, useVirtualGrid } from "./virtual-grid";

/** Says which job has ended while another one was shown. */
function EndedJob({ history }: { history: JobHistory }) {
  const job = history.unseen.value.at(-1);
  const text = job?.clip ? strings.endedReady : strings.ended;
  return (
    <p class="videogen-visually-hidden" role="status">
      {job && fill(text, { prompt: job.prompt.slice(0, 60) })}
    </p>
  );
}

function UndoRemove({ history }: { history: JobHistory }) {
  const job = history.removed.value;
  return (
    <div class="videogen-undo" role="status">
      {job && (
        <>
          <span>
            <Template parts={[strings.removed]} values={{ prompt: job.prompt.slice(0, 60) }} />
          </span>
          <IconButton icon="retry" label={strings.undo} onClick={() => void history.restore()} />
        </>
      )}
    </div>
  );
}

function EmptyLibrary({ history }: { history: JobHistory }) {
  const text = history.search.value;
  if (!history.isFiltered.value) return <p class="videogen-hint">{strings.noneYet[history.scope.value]}</p>;
  return (
    <p class="videogen-hint videogen-none-found">
      <span>
        <Template parts={[text ? strings.noneFound : strings.noneLeft]} values={{ text }} />
      </span>
      <IconButton icon="close" label={strings.clearFilters} onClick={() => history.clear()} />
    </p>
  );
}

/** Tell the history whether somebody sees it. */
function useVisibility(history: JobHistory) {
  const node = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    history.activate();
    if (typeof IntersectionObserver === "undefined" || node.current === null) return;
    const observer = new IntersectionObserver((entries) =>
      history.setVisible(entries.at(-1)?.isIntersecting ?? true),
    );
    observer.observe(node.current);
    return () => observer.disconnect();
  }, [history]);
  return node;
}

/** Says that jobs have come on top, and shows them by a click: until then nothing moves under the pointer. */
function Arrived({ history }: { history: JobHistory }) {
  const count = history.arrived.value;
  const node = useRef<HTMLDivElement>(null);
  const show = () => {
    history.showArrived();
    const sheet = node.current?.parentElement?.querySelector<HTMLElement>(".videogen-sheet");
    sheet?.scrollTo({ top: 0 });
    const focusFirst = () =>
      sheet?.querySelector<HTMLElement>("[data-index='0']")?.focus({ preventScroll: true });
    setTimeout(focusFirst); // it is drawn by then
  };
  return (
    <div ref={node} class="videogen-arrived" role="status">
      {count > 0 && (
        <button type="button" class="videogen-button is-primary" onClick={show}>
          {fill(strings.arrived, { count: format.integer(count) })}
        </button>
      )}
    </div>
  );
}

interface GridProps {
  readonly view: View;
  readonly total: number;
  readonly opened: string | null;
  readonly onOpen: (id: string | null) => void;
  readonly onPrompt: (tile: Tile, place: Element) => void;
  readonly onRecall: (tile: Tile, seed: boolean) => void;
}

/** The keys of the grid: arrows walk, Enter opens, letters do what the buttons do. */
function useGrid({ view, total, opened, onOpen, onPrompt, onRecall }: GridProps) {
  const { history } = view.session;
  const grid = useVirtualGrid(total);
  const [current, setCurrent] = useState(0);
  const moves = useRef(false);
  const at = Math.min(current, Math.max(total - 1, 0));
  const { sheet } = grid;
  const list = () => sheet.current?.firstElementChild;
  const getFocused = () => {
    const { activeElement } = (sheet.current?.getRootNode() ?? {}) as Partial<Document>;
    return sheet.current?.contains(activeElement ?? null) ? (activeElement as HTMLElement) : null;
  };
  const focusTile = (index: number) => {
    const next = Math.max(Math.min(index, total - 1), 0);
    moves.current = next !== at;
    grid.scrollTo(next);
    setCurrent(next);
  };
  const hadFocus = getFocused() !== null;
  // What takes the place of a tile takes its focus; a tile that moves, because another one came or went, keeps it.
  useLayoutEffect(() => {
    const focused = getFocused();
    if (moves.current || (hadFocus && focused === null))
      list()?.querySelector<HTMLElement>(`[data-index="${at}"]`)?.focus({ preventScroll: true });
    else if (focused?.dataset["index"]) setCurrent(Number(focused.dataset["index"]));
    moves.current = false;
  });
  useLayoutEffect(
    () => () => {
      if (getFocused())
        sheet.current?.closest(".videogen-history")?.querySelector<HTMLElement>("[type=search]")?.focus();
    },
    [],
  );
  const { columns } = grid.grid;
  const forward = () => (list() && getComputedStyle(list() as Element).direction === "rtl" ? -1 : 1);
  const page = () =>
    columns * Math.max(1, Math.floor((sheet.current?.clientHeight ?? 0) / grid.grid.rowHeight));
  const walks: Record<string, () => number> = {
    ArrowRight: () => at + forward(),
    ArrowLeft: () => at - forward(),
    ArrowDown: () => at + columns,
    ArrowUp: () => at - columns,
    PageDown: () => at + page(),
    PageUp: () => at - page(),
    Home: () => 0,
    End: () => total - 1,
  };
  const acts: Record<string, (tile: Tile, place: Element) => void> = {
    p: onPrompt,
    r: (tile) => onRecall(tile, false),
    a: (tile) => onRecall(tile, true),
    s: (tile) => void history.star(tile),
    c: (tile) => history.toggleSelected(tile),
    Delete: (tile) =>
      void history.remove(tile).then((isGone) => {
        if (isGone && tile.id === opened) onOpen(null);
      }),
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const walk = walks[event.key];
    const act = acts[event.key];
    const tile = history.getTile(at);
    if (walk) focusTile(walk());
    else if (act && tile) act(tile, event.currentTarget as Element);
    else return;
    event.preventDefault();
  };
  return { ...grid, at, setCurrent, onKeyDown };
}

interface Drawn {
  readonly key: readonly unknown[];
  readonly node: VNode;
}

function Grid(props: GridProps) {
  const { view, total, opened, onOpen, onPrompt } = props;
  const { session } = view;
  const { history } = session;
  const { sheet, grid, view: range, follow, at, setCurrent, onKeyDown } = useGrid(props);
  const posters = useMemo(() => new Posters(session.connection), [session]);
  useLayoutEffect(() => () => posters.dispose(), [posters]);
  const [first, end] = range;
  useLayoutEffect(() => history.require(first, Math.max(first, end - 1)), [first, end]);
  const query = [history.scope, history.search, history.starred, history.model, history.stages].map(
    ({ value }) => value,
  );
  useLayoutEffect(() => {
    if (sheet.current) sheet.current.scrollTop = 0;
    setCurrent(0);
  }, query);
  // The tile that has the focus stays in the page, however far away it is scrolled.
  const shown = new Set([...Array.from({ length: end - first }, (_, index) => first + index), at]);
  const drawn = useRef(new Map<number, Drawn>());
  const kept = drawn.current;
  drawn.current = new Map();
  /** A tile that has not changed is not drawn again: while one scrolls, most have not. */
  const draw = (index: number) => {
    const tile = history.getTile(index);
    const isCurrent = index === at;
    const isOpen = tile?.id === opened;
    const key = [tile, total, grid.columns, grid.tileWidth, isCurrent, isOpen] as const;
    const before = kept.get(index);
    const place = { index, total, grid, isCurrent };
    const node = before?.key.every((one, at_) => one === key[at_]) ? (
      before.node
    ) : tile ? (
      <LibraryTile
        key={tile.id}
        {...place}
        session={session}
        posters={posters}
        tile={tile}
        isOpen={isOpen}
        onOpen={() => onOpen(isOpen ? null : tile.id)}
        onPrompt={(event) => onPrompt(tile, event.currentTarget as Element)}
        onFocus={() => setCurrent(index)}
      />
    ) : (
      <TilePlaceholder key={index} {...place} />
    );
    drawn.current.set(index, { key, node });
    return node;
  };
  return (
    <div ref={sheet} class="videogen-sheet" onScroll={follow}>
      <ul
        aria-labelledby={`${view.id}-history`}
        style={{ blockSize: `${gridHeight(grid, total)}px` }}
        onKeyDown={onKeyDown}
      >
        {[...shown].sort((one, other) => one - other).map(draw)}
      </ul>
    </div>
  );
}

const isTyping = ({ target }: KeyboardEvent): boolean =>
  target instanceof HTMLInputElement ||
  target instanceof HTMLSelectElement ||
  target instanceof HTMLTextAreaElement;

export function Library({ view }: { view: View }) {
  const { session } = view;
  const { history } = session;
  const node = useVisibility(history);
  const [opened, setOpened] = useState<string | null>(null);
  const total = history.shown.value;
  const onEdit = () => {
    view.wantedField.value = "prompt";
  };
  const close = () => {
    const tile = node.current?.querySelector<HTMLElement>(`[data-job="${opened}"]`);
    setOpened(null);
    tile?.focus();
  };
  const onPrompt = async (tile: Tile, place: Element) => {
    const job = await history.fetchJob(tile.id);
    if (job && (await takePrompt(session, job.prompt, place)) === "filled") onEdit();
  };
  const onRecall = async (tile: Tile, seed: boolean) => {
    const job = await history.fetchJob(tile.id);
    if (job) await session.recall(job, { seed }).then(onEdit);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape" && opened !== null) close();
    else if (event.key === "/" && !isTyping(event))
      node.current?.querySelector<HTMLElement>("[type=search]")?.focus();
    else return;
    event.preventDefault();
  };
  history.isLookedAt = () => {
    const { activeElement } = (node.current?.getRootNode() ?? {}) as Partial<Document>;
    const isScrolled = (node.current?.querySelector(".videogen-sheet")?.scrollTop ?? 0) > 0;
    const isUsed = node.current?.matches(":hover") || node.current?.contains(activeElement ?? null);
    return isScrolled || opened !== null || (isUsed ?? false);
  };
  const shown = session.connection.job.value?.id;
  const { unseen } = history;
  useLayoutEffect(() => {
    if (shown) history.markSeen(shown);
  }, [shown, unseen.value]);
  const at = opened === null ? -1 : history.findIndex(opened);
  const tile = at < 0 ? undefined : history.getTile(at);
  const version = tile ? [tile.state, tile.searching, tile.starred, tile.gone, tile.bar.percent].join() : "";
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the buttons inside take the focus, and their keys are heard here
    <div ref={node} class="videogen-history" onPointerEnter={() => history.refresh()} onKeyDown={onKeyDown}>
      <Filters view={view} history={history} />
      {history.summary.value && total === 0 && <EmptyLibrary history={history} />}
      {(total > 0 || opened) && (
        <div class="videogen-library" data-open={opened !== null}>
          <Arrived history={history} />
          {total > 0 && (
            <Grid
              view={view}
              total={total}
              opened={opened}
              onOpen={setOpened}
              onPrompt={(one, place) => void onPrompt(one, place)}
              onRecall={(one, seed) => void onRecall(one, seed)}
            />
          )}
          {opened !== null && (
            <Detail view={view} id={opened} version={version} onEdit={onEdit} onClose={close} />
          )}
        </div>
      )}
      <EndedJob history={history} />
      <UndoRemove history={history} />
    </div>
  );
}
