/** What holds a grid or a story back, and what the kernel refused. */

import type { Signal } from "@preact/signals";
import { IconButton } from "../components/button";
import { Icon } from "../components/icons";
import type { ErrorView } from "../kernel/protocol.gen";
import { strings } from "./strings";

interface NoticesProps {
  readonly isAway: boolean;
  /** Sentences; what is false is left out. */
  readonly lines: readonly (string | false)[];
  /** What was refused last. */
  readonly fault: Signal<Pick<ErrorView, "message" | "next"> | null>;
}

export function Notices({ isAway, lines, fault }: NoticesProps) {
  const refused = fault.value;
  const close = () => {
    fault.value = null;
  };
  return (
    <>
      {[isAway && strings.away, ...lines]
        .filter((line): line is string => Boolean(line))
        .map((line) => (
          <p class="videogen-grid-notice" key={line}>
            <Icon name="alert" />
            <span dir="auto">{line}</span>
          </p>
        ))}
      {/* Always in the page: an alert that is inserted together with its text is often not read. */}
      <div role="alert" data-part="fault">
        {refused && (
          <p class="videogen-grid-notice is-fault">
            <Icon name="alert" />
            <span dir="auto">{`${refused.message} ${refused.next}`.trim()}</span>
            <IconButton bare icon="close" label={strings.close} onClick={close} />
          </p>
        )}
      </div>
    </>
  );
}
