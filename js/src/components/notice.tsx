/** The state of a request that was clicked: being sent, delayed by a busy kernel, or refused. */

import type { KernelConnection, RequestType } from "../kernel/connection";
import type { ErrorView } from "../kernel/protocol.gen";
import { strings } from "../text/strings";
import { Template } from "../text/template";
import { Icon } from "./icons";

/** What is said of requests that wait for their ack; empty where none does. */
export function describePending(connection: KernelConnection, about: readonly RequestType[]): string {
  const waiting = connection.pending.value.filter(({ request }) => about.includes(request.type));
  const isSlow = waiting.some(({ slow }) => slow);
  const [problem, remedy] = strings.lines.gone.flat();
  if (isSlow && !connection.server)
    return connection.disconnected.value ? `${problem}. ${remedy}` : strings.busy;
  return waiting.length > 0 ? strings.sending : "";
}

interface RefusalTextProps {
  readonly error: Pick<ErrorView, "message" | "next"> | null;
}

/** An alert that is always in the page: one that is inserted together with its text is often not read. */
export function RefusalText({ error }: RefusalTextProps) {
  return (
    <div role="alert">
      {error && (
        <p class="videogen-field-error">
          <Icon name="alert" />
          <span>
            <Template parts={["[message]", "[next]"]} values={{ message: error.message, next: error.next }} />
          </span>
        </p>
      )}
    </div>
  );
}

interface NoticeProps extends RefusalTextProps {
  readonly connection: KernelConnection;
  readonly about: readonly RequestType[];
}

export function Notice({ connection, about, error }: NoticeProps) {
  return (
    <div class="videogen-notice">
      <p aria-live="polite">{describePending(connection, about)}</p>
      <RefusalText error={error} />
    </div>
  );
}
