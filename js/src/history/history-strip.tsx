/** The history: a strip of jobs that can be opened, searched, starred, reused and compared. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { IconButton } from "../components/button";
import { Icon } from "../components/icons";
import { isOpen } from "../kernel/job-state";
import type { JobView } from "../kernel/protocol.gen";
import { type JobHistory, type Scope, scopes } from "../state/history";
import type { View } from "../state/view";
import { strings } from "../text/strings";
import { fill, Template } from "../text/template";
import { HistoryTile } from "./history-tile";

export const getLetter = (index: number): string => String.fromCharCode(65 + index);

function HistoryBar({ view, history }: { view: View; history: JobHistory }) {
  const count = history.comparable.value.length;
  const isStarred = history.starred.value;
  const id = `${view.id}-scope`;
  return (
    <div class="videogen-history-bar">
      <h3 id={`${view.id}-history`}>{strings.history}</h3>
      <span class="videogen-select">
        <select
          id={id}
          aria-label={strings.scope}
          value={history.scope.value}
          onChange={(event) => {
            history.scope.value = event.currentTarget.value as Scope;
          }}
        >
          {scopes.map((scope) => (
            <option key={scope} value={scope}>
              {strings.scopes[scope]}
            </option>
          ))}
        </select>
        <Icon name="down" end />
      </span>
      <label class="videogen-search">
        <Icon name="search" />
        <input
          type="search"
          aria-label={strings.searchHistory}
          placeholder={strings.search}
          onInput={(event) => history.searchFor(event.currentTarget.value)}
        />
      </label>
      <IconButton
        icon="star"
        label={strings.starredOnly}
        pressed={isStarred}
        solid={isStarred}
        onClick={() => {
          history.starred.value = !isStarred;
        }}
      />
      <span class="videogen-spacer" />
      <IconButton
        icon="compare"
        label={strings.compare}
        disabled={count < 2}
        onClick={() => {
          view.isComparing.value = true;
        }}
      >
        <span class="videogen-number">{count}</span>
      </IconButton>
    </div>
  );
}

/** The strip's keys: arrows move the focus, Enter opens a job, letters do what the buttons below the clip do. */
function useStripKeys(view: View, jobs: readonly JobView[], open: (job: JobView) => void) {
  const list = useRef<HTMLDivElement>(null);
  const [current, setCurrent] = useState(0);
  const { session } = view;
  const focusTile = (index: number) => {
    const stamps = list.current?.querySelectorAll<HTMLElement>("[role=option]") ?? [];
    const next = Math.max(Math.min(index, stamps.length - 1), 0);
    setCurrent(next);
    (stamps[next] ?? list.current)?.focus();
  };
  const getDirection = () => (list.current && getComputedStyle(list.current).direction === "rtl" ? -1 : 1);
  const actions: Record<string, (job: JobView) => void> = {
    ArrowRight: () => focusTile(current + getDirection()),
    ArrowLeft: () => focusTile(current - getDirection()),
    Home: () => focusTile(0),
    End: () => focusTile(jobs.length - 1),
    Enter: open,
    " ": open,
    c: (job) => session.history.toggleSelected(job),
    r: (job) => session.recall(job, { seed: false }),
    a: (job) => session.recall(job, { seed: true }),
    s: (job) => void session.history.star(job),
    Delete: (job) => void session.history.remove(job).then((isGone) => isGone && focusTile(current)),
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const job = jobs[current];
    const act = actions[event.key];
    if (job === undefined || act === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act(job);
  };
  return { list, current: Math.min(current, Math.max(jobs.length - 1, 0)), setCurrent, onKeyDown };
}

/** Says which job has ended while another one was shown. */
function EndedJob({ history }: { history: JobHistory }) {
  const id = history.unseen.value.at(-1);
  const job = history.jobs.value.find((one) => one.id === id);
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

export function HistoryStrip({ view }: { view: View }) {
  const { session } = view;
  const { history, connection } = session;
  useLayoutEffect(() => history.activate(), [history]);
  const jobs = history.jobs.value;
  const selected = history.selected.value;
  const shown = (view.selectedJob.value ?? connection.job.value)?.id;
  const unseen = history.unseen.value;
  useLayoutEffect(() => {
    if (shown) history.markSeen(shown);
  }, [history, shown, unseen]);
  const open = (job: JobView) => {
    view.isComparing.value = false;
    if (isOpen(job) && job.id !== connection.job.peek()?.id)
      connection.send({ type: "watch", job_id: job.id });
    else view.selectedJob.value = job;
  };
  const { list, current, setCurrent, onKeyDown } = useStripKeys(view, jobs, open);
  const isFiltered = history.search.value !== "" || history.starred.value;
  return (
    <div class="videogen-history" onPointerEnter={() => history.refresh()}>
      <HistoryBar view={view} history={history} />
      <div class="videogen-strip">
        <div
          ref={list}
          class="videogen-tiles"
          role="listbox"
          aria-multiselectable="true"
          aria-orientation="horizontal"
          aria-labelledby={`${view.id}-history`}
          tabIndex={jobs.length === 0 ? 0 : -1}
          onKeyDown={onKeyDown}
        >
          {jobs.map((job, index) => (
            <HistoryTile
              key={job.id}
              job={job}
              clips={session.clipLoader}
              letter={selected.includes(job.id) ? getLetter(selected.indexOf(job.id)) : null}
              current={index === current}
              isUnseen={unseen.includes(job.id)}
              isShown={job.id === shown}
              onOpen={() => open(job)}
              onSelect={() => history.toggleSelected(job)}
              onFocus={() => setCurrent(index)}
            />
          ))}
        </div>
        {jobs.length === 0 && <p class="videogen-hint">{isFiltered ? strings.noneFound : strings.noneYet}</p>}
        {history.more.value && (
          <IconButton icon="right" label={strings.older} onClick={() => void history.loadOlder()} />
        )}
      </div>
      <p class="videogen-hint">{jobs.length > 1 && selected.length < 2 ? strings.pickHint : ""}</p>
      <EndedJob history={history} />
      <UndoRemove history={history} />
    </div>
  );
}
