/** The filters of the library; they combine, and every count is of what the others leave. */

import type { ComponentChildren } from "preact";
import { IconButton } from "../components/button";
import { Icon } from "../components/icons";
import { Select } from "../form/field";
import { strings } from "../parts/strings";
import { type JobHistory, type Scope, scopes, stages } from "../state/history";
import type { View } from "../state/view";
import * as format from "../text/format";
import { Template } from "../text/template";

/** A box of choices whose label is not seen. */
const named = (view: View, name: string, label: string) => ({
  id: `${view.id}-${name}`,
  name: `${view.id}-${name}`,
  "aria-label": label,
});

interface ToggleProps {
  readonly isOn: boolean;
  readonly children: ComponentChildren;
  readonly onClick: () => void;
}

function Toggle({ isOn, children, onClick }: ToggleProps) {
  return (
    <button type="button" class="videogen-toggle" aria-pressed={isOn} onClick={onClick}>
      {children}
    </button>
  );
}

function Total({ history }: { history: JobHistory }) {
  const page = history.summary.value;
  if (page === null) return null;
  const spent = page.spent > 0 ? format.dollars(page.spent) : undefined;
  const part = page.total === 1 ? strings.oneClip : strings.clipCount;
  return (
    <span class="videogen-total" role="status">
      <Template
        parts={[part, "{spent}"]}
        values={{ count: format.integer(page.total), spent }}
        between=" · "
      />
    </span>
  );
}

export function Filters({ view, history }: { view: View; history: JobHistory }) {
  const page = history.summary.value;
  const on = history.stages.value;
  const models =
    page?.models.map(({ model, jobs }) => [model, `${model} (${format.integer(jobs)})`] as const) ?? [];
  const model = history.model.value;
  const known =
    model === "" || models.some(([name]) => name === model) ? models : [...models, [model, model] as const];
  const count = history.comparable.value.length;
  return (
    <div class="videogen-history-bar">
      <h3 id={`${view.id}-history`}>{strings.history}</h3>
      <Select
        attributes={named(view, "scope", strings.scope)}
        value={history.scope.value}
        options={scopes.map((scope) => [scope, strings.scopes[scope]] as const)}
        onPick={(scope) => {
          history.scope.value = scope as Scope;
        }}
      />
      <label class="videogen-search">
        <Icon name="search" />
        <input
          type="search"
          aria-label={strings.searchHistory}
          aria-keyshortcuts="/"
          placeholder={strings.searchHistory}
          value={history.typed.value}
          onInput={(event) => history.searchFor(event.currentTarget.value)}
        />
      </label>
      <Select
        attributes={named(view, "shown-model", strings.model)}
        value={model}
        options={[["", strings.anyModel], ...known]}
        onPick={(name) => {
          history.model.value = name;
        }}
      />
      <fieldset class="videogen-toggles" aria-label={strings.states}>
        {stages.map((stage) => (
          <Toggle key={stage} isOn={on.includes(stage)} onClick={() => history.toggleStage(stage)}>
            {strings.stages[stage]} <small>{page && format.integer(page[stage])}</small>
          </Toggle>
        ))}
      </fieldset>
      <Toggle
        isOn={history.starred.value}
        onClick={() => {
          history.starred.value = !history.starred.value;
        }}
      >
        <Icon name="star" solid={history.starred.value} />
        {strings.starredOnly}
      </Toggle>
      {history.isFiltered.value && (
        <IconButton icon="close" label={strings.clearFilters} onClick={() => history.clear()} />
      )}
      <Total history={history} />
      {count > 0 && (
        <IconButton
          icon="compare"
          label={strings.compare}
          opens="comparison"
          disabled={count < 2}
          hint={strings.pickHint}
          onClick={() => {
            view.isComparing.value = true;
          }}
        >
          <span class="videogen-number">{count}</span>
        </IconButton>
      )}
    </div>
  );
}
