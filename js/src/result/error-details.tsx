/** The details of a failure, for a report, and warnings about settings that had no effect. */

import { CopyButton } from "../components/copy-button";
import { Icon } from "../components/icons";
import type { JobView } from "../kernel/protocol.gen";
import { dateTime } from "../text/format";
import { strings } from "../text/strings";

interface DetailsButtonProps {
  /** Of the details. */
  readonly id: string;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

/** Stands in the row of the state's buttons, and opens the details below it. */
export function DetailsButton({ id, isOpen, onToggle }: DetailsButtonProps) {
  return (
    <button
      type="button"
      class="videogen-button is-subtle videogen-details-button"
      aria-expanded={isOpen}
      aria-controls={id}
      onClick={onToggle}
    >
      <Icon name="right" />
      {strings.details}
    </button>
  );
}

export function ErrorDetails({ id, job }: { id: string; job: JobView }) {
  const { error } = job;
  if (error === null) return null;
  const rows: readonly (readonly [keyof typeof strings.detail, string])[] = [
    ["code", error.code],
    ["job", job.id],
    ["provider", job.provider_label],
    ["model", job.model],
    ["time", dateTime(job.finished_at ?? job.created_at)],
    ["sent", strings.known[error.sent]],
    ["charged", strings.known[error.charged]],
    ...(error.request_id ? [["request", error.request_id] as const] : []),
  ];
  const text = rows.map(([name, value]) => `${strings.detail[name]}: ${value}`).join("\n");
  return (
    <div id={id} class="videogen-details">
      <dl>
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{strings.detail[name]}</dt>
            <dd>
              <bdi>{value}</bdi>
            </dd>
          </div>
        ))}
      </dl>
      <CopyButton text={`${error.message}\n${text}`} label={strings.copyDetails} />
    </div>
  );
}

export function Warnings({ warnings }: { warnings: readonly string[] }) {
  if (warnings.length === 0) return null;
  return (
    <ul class="videogen-notes" aria-label={strings.notes}>
      {warnings.map((warning) => (
        <li key={warning}>
          <bdi>{warning}</bdi>
        </li>
      ))}
    </ul>
  );
}
