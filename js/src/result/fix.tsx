/** The one filled button of a failure: it mends what the provider or the kernel objected to. */

import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "../components/icons";
import type { ErrorView, FormView, JobView } from "../kernel/protocol.gen";
import { addPrice } from "../state/price-label";
import { type FieldName, getLabel, isField } from "../state/request-draft";
import type { View } from "../state/view";
import { useClockTicks } from "../state/view-state";
import * as format from "../text/format";
import { strings } from "../text/strings";
import { fill } from "../text/template";

/** What mends a failure: another key, more credit, time, another model, or a change of a field. */
export type Mend = "key" | "credit" | "again" | "models" | FieldName | "provider";

/** What is waited for where the provider did not say how long: sooner, it would most likely refuse again. */
const USUAL_PAUSE_SECONDS = 5;

/** The field that an error without one is about. */
const fieldOfCode: Partial<Record<string, Mend>> = {
  content_policy: "prompt",
  model_not_found: "models",
};

function findCodeMend({ code, billing, charged }: ErrorView): Mend | null {
  if (code === "auth") return "key";
  if (code === "out_of_credit") return billing.startsWith("https://") ? "credit" : "provider";
  // Nothing was charged: the same request may simply be sent again.
  return code === "rate_limited" && charged === "no" ? "again" : null;
}

/** What mends a failure here; null where nothing does. A visitor has no keys, and no other provider. */
export function findMend(error: ErrorView | null | undefined, form: FormView | null): Mend | null {
  if (!error) return null;
  const byCode = findCodeMend(error);
  if (byCode !== null) return form?.guest && byCode !== "again" ? null : byCode;
  const { field } = error;
  if (field === "model") return "models";
  return isField(field) ? field : (fieldOfCode[error.code] ?? null);
}

interface FixButtonProps {
  readonly icon: IconName;
  readonly isWaiting?: boolean;
  readonly onClick: () => void;
  readonly children: ComponentChildren;
}

function FixButton({ icon, isWaiting = false, onClick, children }: FixButtonProps) {
  return (
    <button type="button" class="videogen-button is-primary" aria-disabled={isWaiting} onClick={onClick}>
      <Icon name={icon} />
      {children}
    </button>
  );
}

interface FixContext {
  readonly view: View;
  readonly form: FormView | null;
  readonly job: JobView;
}

/** A button that spends says what, as far as the form knows the price. */
const priceAgain = (form: FormView | null, { free, provider, request }: JobView): string => {
  if (free) return fill(strings.unpaid, { act: strings.tryAgain });
  return form?.provider === provider ? addPrice(strings.tryAgain, form, request) : strings.tryAgain;
};

/** Counts down what the provider asked for; then a click sends the request again. Nothing is sent by itself. */
function TryAgain({ view, form, job }: FixContext) {
  const { clock } = view.session.connection;
  const pause = job.error?.retry_after ?? USUAL_PAUSE_SECONDS;
  const left = clock.secondsUntil((job.finished_at ?? job.created_at) + pause);
  const isWaiting = left > 0;
  useClockTicks(view.session, isWaiting);
  const label = isWaiting
    ? fill(strings.tryAgainIn, { left: format.duration(Math.ceil(left)) })
    : priceAgain(form, job);
  return (
    <FixButton icon="retry" isWaiting={isWaiting} onClick={() => !isWaiting && view.session.repeat(job)}>
      <span class="videogen-counted" data-widest={fill(strings.tryAgainIn, { left: format.duration(pause) })}>
        {label}
      </span>
    </FixButton>
  );
}

/** Leads to the provider's own page; after that, the same request is sent again by a click. */
function AddCredit({ view, form, job, page }: FixContext & { readonly page: string }) {
  return (
    <>
      <a
        class="videogen-button is-primary"
        href={page}
        target="_blank"
        rel="noopener noreferrer"
        title={fill(strings.addCreditHint, { provider: job.provider_label })}
      >
        <Icon name="link" />
        {strings.addCredit}
      </a>
      {job.error?.charged === "no" && (
        <button type="button" class="videogen-button is-subtle" onClick={() => view.session.repeat(job)}>
          {priceAgain(form, job)}
        </button>
      )}
    </>
  );
}

const labels: Partial<Record<Mend, readonly [icon: IconName, label: string]>> = {
  key: ["key", strings.replaceKey],
  models: ["edit", strings.chooseAnother],
};

function nameMend(mend: Mend): readonly [icon: IconName, label: string] {
  const fields: Partial<Record<string, string>> = strings.fix;
  return (
    labels[mend] ?? ["edit", fields[mend] ?? fill(strings.fixSetting, { name: getLabel(mend as FieldName) })]
  );
}

/** Show what mends a job: the box for a key, the models, or a field. */
function showMend({ session, askedKey, overlay, wantedField }: View, job: JobView, mend: Mend) {
  const form = session.connection.form.peek();
  if (mend === "models" && form && form.models.length > 1) overlay.value = { kind: "models", found: null };
  else if (mend === "key" && form?.providers.some(({ name }) => name === job.provider))
    askedKey.value = job.provider;
  else wantedField.value = mend === "key" ? "provider" : mend === "models" ? "model" : mend;
}

/** A form keeps what was typed for the job it shows; for any other, it is opened or filled with the job's request first. */
async function applyMend(view: View, job: JobView, mend: Mend) {
  const { connection } = view.session;
  const isInForm = connection.form.peek() !== null && connection.job.peek()?.id === job.id;
  if (!isInForm) await view.session.recall(job, { seed: true });
  showMend(view, job, mend);
}

interface FixProps extends FixContext {
  readonly mend: Mend;
}

export function Fix({ view, form, job, mend }: FixProps) {
  if (mend === "again") return <TryAgain view={view} form={form} job={job} />;
  if (mend === "credit")
    return <AddCredit view={view} form={form} job={job} page={job.error?.billing ?? ""} />;
  const [icon, label] = nameMend(mend);
  return (
    <FixButton icon={icon} onClick={() => void applyMend(view, job, mend)}>
      {label}
    </FixButton>
  );
}
