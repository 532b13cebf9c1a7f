/** Covers a form whose kernel is away: nothing in it can be heard, and one button opens it anew. */

import type { View } from "../state/view";
import { strings } from "../text/strings";
import { Icon } from "./icons";

export function FormVeil({ view }: { view: View }) {
  const { session } = view;
  const { isRestarted, isReady } = session.kernelAway.state.value;
  const progress = session.reconnecting.value;
  const hint = isRestarted ? strings.formRestartedHint : strings.formAwayHint;
  return (
    <div class="videogen-veil" role="status">
      <p class="videogen-headline">{isRestarted ? strings.formRestarted : strings.formAway}</p>
      <p class="videogen-explanation">{progress === "failed" ? strings.reconnectFailed : hint}</p>
      {isReady && (
        <button
          type="button"
          class="videogen-button is-primary"
          aria-disabled={progress === "yes"}
          onClick={() => void session.reconnect()}
        >
          <Icon name="retry" />
          {progress === "yes" ? strings.reconnecting : strings.act.reconnect}
        </button>
      )}
    </div>
  );
}
