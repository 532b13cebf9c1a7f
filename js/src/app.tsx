/** The whole widget: the form with its result and the library, the result alone as a card, or a comparison of clips. */

import { useRef } from "preact/hooks";
import { Icon, LocalEngineIcon, Logo } from "./components/icons";
import { Form, focusField } from "./form/form";
import { FormVeil } from "./form/form-veil";
import { Queue } from "./form/queue";
import { Compare } from "./history/compare";
import { isOpen } from "./kernel/job-state";
import type { FormView } from "./kernel/protocol.gen";
import { GridPlace } from "./modules/grid-place";
import { ModulePlace } from "./modules/module-place";
import { hasFix } from "./result/fix";
import { Result } from "./result/result";
import type { CardState } from "./state/appearance";
import type { View } from "./state/view";
import { useViewState } from "./state/view-state";
import { strings } from "./text/strings";

function Header({ view, form }: { view: View; form: FormView }) {
  const hasKey = form.providers.some(({ name, key }) => name === form.provider && key !== "");
  return (
    <div class="videogen-header">
      <span class="videogen-title">
        <Logo />
        <span>{strings.name}</span>
      </span>
      <Queue view={view} />
      <span class="videogen-provider">
        {form.simulated ? <LocalEngineIcon /> : hasKey && <Icon name="key" />}
        <bdi>{form.provider_label}</bdi>
      </span>
    </div>
  );
}

/** In these states a second click may be charged twice, so Generate is not the filled button. */
const repeatMayCharge = new Set<CardState>([
  "unknown_outcome",
  "gone",
  "detached",
  "unreachable",
  "expired",
  "saved",
]);

/** The form with its result, or the result alone. */
function Workspace({ view }: { view: View }) {
  const body = useRef<HTMLDivElement>(null);
  const form = view.session.connection.form.value;
  const viewState = useViewState(view);
  const { job, state } = viewState;
  const isFixable = state === "failed" && hasFix(job?.error);
  const isPrimary = !(job && isOpen(job)) && !repeatMayCharge.has(state) && !isFixable;
  const isAway = view.session.connection.disconnected.value;
  const onFix = (field: string) => focusField(body.current, view, field);
  return (
    <div ref={body} class={form ? "videogen-body" : "videogen-card"}>
      {form && (
        <div class="videogen-form-area" inert={isAway}>
          <Form view={view} form={form} isPrimary={isPrimary && !isAway} />
        </div>
      )}
      {form && isAway && <FormVeil view={view} />}
      <Result {...viewState} view={view} form={form} onFix={onFix} />
    </div>
  );
}

export function App({ view }: { view: View }) {
  const { connection, history } = view.session;
  const form = connection.form.value;
  const compared = connection.compared.value;
  const grid = connection.grid.value;
  if (compared) return <Compare view={view} jobs={compared} />;
  const picked = history.comparable.value;
  const onClose = () => {
    view.isComparing.value = false;
  };
  const comparison = view.isComparing.value && picked.length > 1 && (
    <Compare key={picked.map(({ id }) => id).join(" ")} view={view} jobs={picked} onClose={onClose} />
  );
  if (grid) return <GridPlace view={view} grid={grid} comparison={comparison} />;
  return (
    <>
      {form && <Header view={view} form={form} />}
      {comparison || <Workspace view={view} />}
      {form && !form.guest && <ModulePlace view={view} name="library" />}
    </>
  );
}
