/** The one filled button of a failure: it mends what the provider or the kernel objected to. */

import { Icon, type IconName } from "../components/icons";
import type { ErrorView, FormView, JobView } from "../kernel/protocol.gen";
import { type FieldName, getLabel, isField } from "../state/request-draft";
import type { View } from "../state/view";
import { strings } from "../text/strings";
import { fill } from "../text/template";

interface FixProps {
  readonly view: View;
  readonly form: FormView;
  readonly job: JobView;
  /** Moves the focus to a field. */
  readonly onFix: (field: string) => void;
}

/** The field that an error without one is about. */
const fieldOfCode: Partial<Record<string, string>> = {
  content_policy: "prompt",
  model_not_found: "model",
  out_of_credit: "provider",
};

export function getFixedField(error: ErrorView | null | undefined): string | null {
  const field = error?.field ?? null;
  if (isField(field)) return field;
  return fieldOfCode[error?.code ?? ""] ?? null;
}

/** Too many requests, and nothing was charged: the same one may simply be sent again. */
const isBusy = (error: ErrorView | null | undefined): boolean =>
  error?.code === "rate_limited" && error.charged === "no";

export const hasFix = (error: ErrorView | null | undefined): boolean =>
  getFixedField(error) !== null || error?.code === "auth" || isBusy(error);

function FixButton({ icon, label, onClick }: { icon: IconName; label: string; onClick: () => void }) {
  return (
    <div class="videogen-actions">
      <button type="button" class="videogen-button is-primary" onClick={onClick}>
        <Icon name={icon} />
        {label}
      </button>
    </div>
  );
}

export function Fix({ view, form, job, onFix }: FixProps) {
  const { error } = job;
  const labels: Partial<Record<string, string>> = strings.fix;
  if (error?.code === "auth" && job.provider === form.provider) {
    const ask = () => {
      view.askedKey.value = job.provider;
    };
    return <FixButton icon="key" label={strings.replaceKey} onClick={ask} />;
  }
  if (isBusy(error)) {
    return <FixButton icon="retry" label={strings.tryAgain} onClick={() => view.session.repeat(job)} />;
  }
  const field = getFixedField(error);
  if (field === null) return null;
  const label = labels[field] ?? fill(strings.fixSetting, { name: getLabel(field as FieldName) });
  return <FixButton icon="edit" label={label} onClick={() => onFix(field)} />;
}
