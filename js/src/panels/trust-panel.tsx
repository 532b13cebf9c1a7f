/** Asks whether a project's file may send a key: shows what would be sent where, to be confirmed once. */

import { useState } from "preact/hooks";
import { IconButton } from "../components/button";
import type { ProviderView } from "../kernel/protocol.gen";
import { strings } from "../parts/strings";
import type { View } from "../state/view";
import { fill } from "../text/template";

interface TrustPanelProps {
  readonly view: View;
  readonly provider: ProviderView;
  readonly onDone: () => void;
}

export function TrustPanel({ view, provider, onDone }: TrustPanelProps) {
  const [message, setMessage] = useState("");
  const agree = async () => {
    setMessage(strings.sending);
    const ack = await view.session.connection.ask({
      type: "trust",
      provider: provider.name,
      asks: provider.asks,
    });
    if (ack?.ok) onDone();
    else setMessage(ack?.error ? `${ack.error.message} ${ack.error.next}` : strings.noAnswer);
  };
  return (
    <fieldset class="videogen-panel videogen-key-panel">
      <legend class="videogen-visually-hidden">{fill(strings.trustFor, { provider: provider.label })}</legend>
      <p class="videogen-hint">{strings.projectAsks}</p>
      <p class="videogen-hint">
        <bdi>{provider.asks}</bdi>
      </p>
      <p class="videogen-hint" aria-live="polite">
        {message}
      </p>
      <div class="videogen-actions">
        <button type="button" class="videogen-button is-risky" onClick={() => void agree()}>
          {strings.trust}
        </button>
        <IconButton icon="close" label={strings.notNow} onClick={onDone} />
      </div>
    </fieldset>
  );
}
