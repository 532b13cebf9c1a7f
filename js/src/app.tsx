/** The whole widget: the form with its result and the library, the result alone as a card, or a comparison of clips. */

import { Icon, LocalEngineIcon, Logo } from "./components/icons";
import { isOpen } from "./kernel/job-state";
import type { FormView } from "./kernel/protocol.gen";
import { FormPlace } from "./on-demand/form-place";
import { GridPlace } from "./on-demand/grid-place";
import type { Modules } from "./on-demand/load-module";
import { StoryPlace } from "./on-demand/story-place";
import { useModule } from "./on-demand/use-module";
import { VotePlace } from "./on-demand/vote-place";
import { findMend } from "./result/fix";
import { Result } from "./result/result";
import type { CardState } from "./state/appearance";
import type { View } from "./state/view";
import { useViewState } from "./state/view-state";
import { strings } from "./text/strings";

interface HeaderProps {
  readonly view: View;
  readonly form: FormView;
  readonly parts: Modules["parts"] | null;
}

function Header({ view, form, parts }: HeaderProps) {
  const hasKey = form.providers.some(({ name, key }) => name === form.provider && key !== "");
  return (
    <div class="videogen-header">
      <span class="videogen-title">
        <Logo />
        <span>{strings.name}</span>
      </span>
      {parts && <parts.Queue view={view} />}
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

interface WorkspaceProps {
  readonly view: View;
  readonly parts: Modules["parts"] | null;
}

/** The form with its result, or the result alone; and what lies over both. */
function Workspace({ view, parts }: WorkspaceProps) {
  const form = view.session.connection.form.value;
  const viewState = useViewState(view);
  const { job, state } = viewState;
  const isFixable = state === "failed" && findMend(job?.error, form) !== null;
  const isRisky = repeatMayCharge.has(state) && !job?.free;
  const isPrimary = !(job && isOpen(job)) && !isRisky && !isFixable;
  const overlay = view.session.connection.disconnected.value || parts === null ? null : view.overlay.value;
  const isCovered = overlay !== null;
  return (
    <div class={form ? "videogen-body" : "videogen-card"} data-covered={isCovered}>
      {form && (
        <FormPlace view={view} form={form} parts={parts} isPrimary={isPrimary} isCovered={isCovered} />
      )}
      <Result {...viewState} view={view} form={form} isCovered={isCovered} />
      {parts && overlay && <parts.Cover view={view} form={form} overlay={overlay} />}
    </div>
  );
}

export function App({ view }: { view: View }) {
  const { connection, history } = view.session;
  const form = connection.form.value;
  const compared = connection.compared.value;
  const grid = connection.grid.value;
  const hasLibrary = connection.isLibrary || (form !== null && !form.guest);
  /** A library that stands alone has a form once somebody wants one. */
  const isAlone = connection.isLibrary && form === null && connection.job.value === null;
  const { module: parts, fault } = useModule(
    view,
    "parts",
    hasLibrary || form !== null || compared !== null || view.isComparing.value || view.overlay.value !== null,
  );
  const picked = view.isComparing.value ? history.comparable.value : [];
  const clips = compared ?? (picked.length > 1 ? picked : null);
  const close = () => {
    view.isComparing.value = false;
    if (form === null && grid === null) history.selected.value = [];
  };
  const comparison = parts && clips && (
    <parts.Compare
      key={clips.map(({ id }) => id).join(" ")}
      view={view}
      jobs={clips}
      {...(compared ? {} : { onClose: close })}
    />
  );
  if (connection.vote.value) return <VotePlace view={view} />;
  if (connection.story.value) return <StoryPlace view={view} story={connection.story.value} />;
  const style = parts && <style>{parts.css}</style>;
  if (grid)
    return (
      <>
        {style}
        <GridPlace view={view} grid={grid} comparison={comparison} />
      </>
    );
  return (
    <>
      {style}
      {form && <Header view={view} form={form} parts={parts} />}
      {comparison ?? (!compared && !isAlone && <Workspace view={view} parts={parts} />)}
      {fault && <p class="videogen-card videogen-hint">{fault}</p>}
      {parts && hasLibrary && <parts.Library view={view} />}
    </>
  );
}
