/** The history: a strip of jobs to look at again, search, star, recall, and see side by side. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Quiet } from "../components/button";
import { Icon } from "../components/icons";
import { isOpen } from "../kernel/job-state";
import type { JobView } from "../kernel/protocol.gen";
import { type Library, type Scope, scopes } from "../state/history";
import type { View } from "../state/view";
import { words } from "../text/strings";
import { Say } from "../text/template";
import { Stamp } from "./history-tile";

export const letterOf = (index: number): string => String.fromCharCode(65 + index);

function Bar({ view, library }: { view: View; library: Library }) {
  const count = library.comparable.value.length;
  const isStarred = library.starred.value;
  const id = `${view.id}-scope`;
  return (
    <div class="videogen-history-bar">
      <h3 id={`${view.id}-history`}>{words.history}</h3>
      <span class="videogen-select">
        <select
          id={id}
          aria-label={words.scope}
          value={library.scope.value}
          onChange={(event) => {
            library.scope.value = event.currentTarget.value as Scope;
          }}
        >
          {scopes.map((scope) => (
            <option key={scope} value={scope}>
              {words.scopes[scope]}
            </option>
          ))}
        </select>
        <Icon name="down" end />
      </span>
      <label class="videogen-search">
        <Icon name="search" />
        <input
          type="search"
          aria-label={words.searchHistory}
          placeholder={words.search}
          onInput={(event) => library.seek(event.currentTarget.value)}
        />
      </label>
      <Quiet
        icon="star"
        label={words.starredOnly}
        pressed={isStarred}
        solid={isStarred}
        onClick={() => {
          library.starred.value = !isStarred;
        }}
      />
      <span class="videogen-push" />
      <Quiet
        icon="compare"
        label={words.compare}
        disabled={count < 2}
        onClick={() => {
          view.comparing.value = true;
        }}
      >
        <span class="videogen-number">{count}</span>
      </Quiet>
    </div>
  );
}

/** The keys of the strip: arrows move, Enter looks, and letters do what the buttons below the clip do. */
function useKeys(view: View, jobs: readonly JobView[], open: (job: JobView) => void) {
  const list = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(0);
  const { session } = view;
  const go = (index: number) => {
    const stamps = list.current?.querySelectorAll<HTMLElement>("[role=option]") ?? [];
    const next = Math.max(Math.min(index, stamps.length - 1), 0);
    setAt(next);
    (stamps[next] ?? list.current)?.focus();
  };
  const turn = () => (list.current && getComputedStyle(list.current).direction === "rtl" ? -1 : 1);
  const acts: Record<string, (job: JobView) => void> = {
    ArrowRight: () => go(at + turn()),
    ArrowLeft: () => go(at - turn()),
    Home: () => go(0),
    End: () => go(jobs.length - 1),
    Enter: open,
    " ": open,
    c: (job) => session.library.pick(job),
    r: (job) => session.recall(job, { seed: false }),
    a: (job) => session.recall(job, { seed: true }),
    s: (job) => void session.library.star(job),
    Delete: (job) => void session.library.remove(job).then((isGone) => isGone && go(at)),
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const job = jobs[at];
    const act = acts[event.key];
    if (job === undefined || act === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act(job);
  };
  return { list, at: Math.min(at, Math.max(jobs.length - 1, 0)), setAt, onKeyDown };
}

function Undo({ library }: { library: Library }) {
  const job = library.removed.value;
  return (
    <div class="videogen-undo" role="status">
      {job && (
        <>
          <span>
            <Say parts={[words.removed]} values={{ prompt: job.prompt.slice(0, 60) }} />
          </span>
          <Quiet icon="retry" label={words.undo} onClick={() => void library.restore()} />
        </>
      )}
    </div>
  );
}

export function Strip({ view }: { view: View }) {
  const { session } = view;
  const { library, host } = session;
  useLayoutEffect(() => library.open(), [library]);
  const jobs = library.jobs.value;
  const picked = library.picked.value;
  const shown = (view.shown.value ?? host.job.value)?.id;
  const open = (job: JobView) => {
    view.comparing.value = false;
    if (isOpen(job) && job.id !== host.job.peek()?.id) host.send({ type: "watch", job_id: job.id });
    else view.shown.value = job;
  };
  const { list, at, setAt, onKeyDown } = useKeys(view, jobs, open);
  const isFiltered = library.search.value !== "" || library.starred.value;
  return (
    <div class="videogen-history" onPointerEnter={() => library.refresh()}>
      <Bar view={view} library={library} />
      <div class="videogen-strip">
        <div
          ref={list}
          class="videogen-stamps"
          role="listbox"
          aria-multiselectable="true"
          aria-orientation="horizontal"
          aria-labelledby={`${view.id}-history`}
          tabIndex={jobs.length === 0 ? 0 : -1}
          onKeyDown={onKeyDown}
        >
          {jobs.map((job, index) => (
            <Stamp
              key={job.id}
              job={job}
              clips={session.clips}
              letter={picked.includes(job.id) ? letterOf(picked.indexOf(job.id)) : null}
              current={index === at}
              shown={job.id === shown}
              onOpen={() => open(job)}
              onPick={() => library.pick(job)}
              onFocus={() => setAt(index)}
            />
          ))}
        </div>
        {jobs.length === 0 && <p class="videogen-hint">{isFiltered ? words.noneFound : words.noneYet}</p>}
        {library.more.value && (
          <Quiet icon="right" label={words.older} onClick={() => void library.older()} />
        )}
      </div>
      <p class="videogen-hint">{jobs.length > 1 && picked.length < 2 ? words.pickHint : ""}</p>
      <Undo library={library} />
    </div>
  );
}
