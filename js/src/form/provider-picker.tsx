/** The provider picker, and what stands between a provider and its use: a key, or trust in a project's file. */

import { IconButton } from "../components/button";
import { Icon } from "../components/icons";
import type { FormView, ProviderView } from "../kernel/protocol.gen";
import { ConnectPanel } from "../panels/connect-panel";
import { TrustPanel } from "../panels/trust-panel";
import { strings } from "../parts/strings";
import type { View } from "../state/view";
import { fill } from "../text/template";

interface ProviderPickerProps {
  readonly view: View;
  readonly form: FormView;
}

function ProviderOptions({ providers, label }: { providers: readonly ProviderView[]; label: string }) {
  if (providers.length === 0) return null;
  return (
    <optgroup label={label}>
      {providers.map(({ name, label: title }) => (
        <option key={name} value={name}>
          {title}
        </option>
      ))}
    </optgroup>
  );
}

export function ProviderPicker({ view, form }: ProviderPickerProps) {
  const { connection } = view.session;
  const asking = form.providers.find(({ name }) => name === view.askedKey.value) ?? null;
  const setAsking = (provider: ProviderView | null) => {
    view.askedKey.value = provider?.name ?? null;
  };
  const id = `${view.id}-provider`;
  if (form.providers.length === 0 || form.guest) return null;
  const current = form.providers.find(({ name }) => name === form.provider);
  const pick = (name: string) => {
    const provider = form.providers.find((one) => one.name === name);
    setAsking(provider && !provider.ready ? provider : null);
    if (provider?.ready) connection.send({ type: "choose", provider: name, refresh: false });
  };
  return (
    <>
      <div class="videogen-field videogen-provider-field">
        <label class="videogen-label" for={id}>
          {strings.provider}
        </label>
        <span class="videogen-select">
          <select
            id={id}
            value={asking?.name ?? form.provider}
            title={current?.key ? fill(strings.keyFrom, { source: current.key }) : undefined}
            onChange={(event) => pick(event.currentTarget.value)}
          >
            <ProviderOptions
              label={strings.readyToUse}
              providers={form.providers.filter(({ ready }) => ready)}
            />
            <ProviderOptions
              label={strings.needsKey}
              providers={form.providers.filter(({ ready }) => !ready)}
            />
          </select>
          <Icon name="down" end />
        </span>
        {!form.shared && (
          <IconButton
            bare
            icon="search"
            label={strings.findServers}
            onClick={() => {
              view.overlay.value = { kind: "servers" };
            }}
          />
        )}
      </div>
      {current && !current.ready && asking === null && (
        <IconButton
          icon="key"
          label={fill(current.asks === "" ? strings.connectTo : strings.trustFor, {
            provider: current.label,
          })}
          onClick={() => setAsking(current)}
        />
      )}
      {asking && asking.asks !== "" && (
        <TrustPanel key={asking.asks} view={view} provider={asking} onDone={() => setAsking(null)} />
      )}
      {asking && asking.asks === "" && (
        <ConnectPanel
          key={asking.name}
          view={view}
          provider={asking}
          form={form}
          onDone={() => setAsking(null)}
        />
      )}
    </>
  );
}
