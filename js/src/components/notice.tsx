/** What became of a click: on its way, held up by a busy kernel, or not taken. */

import type { Host, RequestType } from "../kernel/connection";
import type { ErrorView } from "../kernel/protocol.gen";
import { words } from "../text/strings";
import { Say } from "../text/template";
import { Icon } from "./icons";

interface NoticeProps {
  readonly host: Host;
  readonly about: readonly RequestType[];
  readonly error: ErrorView | null;
}

export function Notice({ host, about, error }: NoticeProps) {
  const waiting = host.pending.value.filter(({ request }) => about.includes(request.type));
  const isSlow = waiting.some(({ slow }) => slow);
  const [absent, cure] = words.lines.gone.flat();
  const text =
    isSlow && host.gone.value
      ? `${absent}. ${cure}`
      : isSlow
        ? words.busy
        : waiting.length > 0
          ? words.sending
          : "";
  return (
    <div class="videogen-notice">
      <p aria-live="polite">{text}</p>
      <div role="alert">
        {error && (
          <p class="videogen-flaw">
            <Icon name="alert" />
            <span>
              <Say parts={["[message]", "[next]"]} values={{ message: error.message, next: error.next }} />
            </span>
          </p>
        )}
      </div>
    </div>
  );
}
