/** The state of a request that was clicked: being sent, delayed by a busy kernel, or refused. */

import type { KernelConnection, RequestType } from "../kernel/connection";
import type { ErrorView } from "../kernel/protocol.gen";
import { strings } from "../text/strings";
import { Template } from "../text/template";
import { Icon } from "./icons";

interface NoticeProps {
  readonly connection: KernelConnection;
  readonly about: readonly RequestType[];
  readonly error: ErrorView | null;
}

export function Notice({ connection, about, error }: NoticeProps) {
  const waiting = connection.pending.value.filter(({ request }) => about.includes(request.type));
  const isSlow = waiting.some(({ slow }) => slow);
  const [problem, remedy] = strings.lines.gone.flat();
  const text =
    isSlow && connection.disconnected.value
      ? `${problem}. ${remedy}`
      : isSlow
        ? strings.busy
        : waiting.length > 0
          ? strings.sending
          : "";
  return (
    <div class="videogen-notice">
      <p aria-live="polite">{text}</p>
      <div role="alert">
        {error && (
          <p class="videogen-field-error">
            <Icon name="alert" />
            <span>
              <Template
                parts={["[message]", "[next]"]}
                values={{ message: error.message, next: error.next }}
              />
            </span>
          </p>
        )}
      </div>
    </div>
  );
}
