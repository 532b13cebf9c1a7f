/** The folded facts of a failure, for a person who reports it, and notes about settings that had no effect. */

import { Copy } from "../components/copy-button";
import { Icon } from "../components/icons";
import type { JobView } from "../kernel/protocol.gen";
import { moment } from "../text/format";
import { words } from "../text/strings";

export function Details({ job }: { job: JobView }) {
  const { error } = job;
  if (error === null) return null;
  const rows: readonly (readonly [keyof typeof words.detail, string])[] = [
    ["code", error.code],
    ["job", job.id],
    ["provider", job.provider_label],
    ["model", job.model],
    ["time", moment(job.finished_at ?? job.created_at)],
    ["sent", words.known[error.sent]],
    ["charged", words.known[error.charged]],
    ...(error.request_id ? [["request", error.request_id] as const] : []),
  ];
  const text = rows.map(([name, value]) => `${words.detail[name]}: ${value}`).join("\n");
  return (
    <details class="videogen-more videogen-details">
      <summary>
        <Icon name="right" />
        {words.details}
      </summary>
      <dl>
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{words.detail[name]}</dt>
            <dd>
              <bdi>{value}</bdi>
            </dd>
          </div>
        ))}
      </dl>
      <Copy text={`${error.message}\n${text}`} label={words.copyDetails} />
    </details>
  );
}

export function Notes({ warnings }: { warnings: readonly string[] }) {
  if (warnings.length === 0) return null;
  return (
    <ul class="videogen-notes" aria-label={words.notes}>
      {warnings.map((warning) => (
        <li key={warning}>
          <bdi>{warning}</bdi>
        </li>
      ))}
    </ul>
  );
}
