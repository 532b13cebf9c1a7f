/** Which service a request goes to, and the key it asks for: handed to the kernel, held nowhere in the page. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Quiet } from "../components/button";
import { Icon } from "../components/icons";
import type { FormView, ProviderView } from "../kernel/protocol.gen";
import type { View } from "../state/view";
import { words } from "../text/strings";
import { fill } from "../text/template";

interface ServiceProps {
  readonly view: View;
  readonly form: FormView;
}

interface ConnectProps {
  readonly view: View;
  readonly provider: ProviderView;
  readonly shared: boolean;
  readonly onDone: () => void;
}

/** The key is read from its box when it is sent, and never kept: not in a signal, not in the draft. */
function Connect({ view, provider, shared, onDone }: ConnectProps) {
  const box = useRef<HTMLInputElement>(null);
  const keep = useRef<HTMLInputElement>(null);
  const [told, setTold] = useState("");
  const id = `${view.id}-key`;
  useLayoutEffect(() => box.current?.focus(), []);
  const connect = async () => {
    const key = box.current?.value.trim() ?? "";
    if (key === "") {
      setTold(words.needKey);
      box.current?.focus();
      return;
    }
    setTold(words.sending);
    const isKept = keep.current?.checked ?? false;
    const ack = await view.session.host.ask({ type: "connect", provider: provider.name, key, keep: isKept });
    if (box.current && ack?.ok) box.current.value = "";
    if (ack?.ok) onDone();
    else setTold(ack?.error ? `${ack.error.message} ${ack.error.next}` : words.noAnswer);
  };
  return (
    <fieldset class="videogen-panel videogen-connect">
      <legend class="videogen-unseen">{fill(words.connectTo, { provider: provider.label })}</legend>
      <label class="videogen-label" for={id}>
        {fill(words.keyOf, { provider: provider.label })}
      </label>
      <input
        ref={box}
        id={id}
        class="videogen-text"
        type="password"
        autoComplete="off"
        dir="ltr"
        onKeyDown={(event) => {
          if (event.key === "Enter") void connect();
          if (event.key === "Escape") onDone();
        }}
      />
      {shared ? (
        <p class="videogen-hint">{words.sharedMachine}</p>
      ) : (
        <label class="videogen-check">
          <input ref={keep} type="checkbox" />
          {words.keepKey}
        </label>
      )}
      <p class="videogen-hint" aria-live="polite">
        {told || words.keyStays}
      </p>
      <div class="videogen-acts">
        <button type="button" class="videogen-button" onClick={() => void connect()}>
          <Icon name="key" />
          {words.connect}
        </button>
        <Quiet icon="close" label={words.notNow} onClick={onDone} />
      </div>
    </fieldset>
  );
}

interface TrustProps {
  readonly view: View;
  readonly provider: ProviderView;
  readonly onDone: () => void;
}

/** A project's file asks for a key: the person reads what would be sent where, and says yes once. */
function Trust({ view, provider, onDone }: TrustProps) {
  const [told, setTold] = useState("");
  const agree = async () => {
    setTold(words.sending);
    const ack = await view.session.host.ask({ type: "trust", provider: provider.name, asks: provider.asks });
    if (ack?.ok) onDone();
    else setTold(ack?.error ? `${ack.error.message} ${ack.error.next}` : words.noAnswer);
  };
  return (
    <fieldset class="videogen-panel videogen-connect">
      <legend class="videogen-unseen">{fill(words.trustFor, { provider: provider.label })}</legend>
      <p class="videogen-hint">{words.projectAsks}</p>
      <p class="videogen-hint">
        <bdi>{provider.asks}</bdi>
      </p>
      <p class="videogen-hint" aria-live="polite">
        {told}
      </p>
      <div class="videogen-acts">
        <button type="button" class="videogen-button is-risky" onClick={() => void agree()}>
          {words.trust}
        </button>
        <Quiet icon="close" label={words.notNow} onClick={onDone} />
      </div>
    </fieldset>
  );
}

function Options({ providers, label }: { providers: readonly ProviderView[]; label: string }) {
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

export function Service({ view, form }: ServiceProps) {
  const [asking, setAsking] = useState<ProviderView | null>(null);
  const { host } = view.session;
  const id = `${view.id}-provider`;
  if (form.providers.length === 0 || form.guest) return null;
  const current = form.providers.find(({ name }) => name === form.provider);
  const pick = (name: string) => {
    const provider = form.providers.find((one) => one.name === name);
    setAsking(provider && !provider.ready ? provider : null);
    if (provider?.ready) host.send({ type: "choose", provider: name, refresh: false });
  };
  return (
    <>
      <div class="videogen-field">
        <label class="videogen-label" for={id}>
          {words.via}
        </label>
        <span class="videogen-select">
          <select
            id={id}
            value={asking?.name ?? form.provider}
            title={current?.key ? fill(words.keyFrom, { source: current.key }) : undefined}
            onChange={(event) => pick(event.currentTarget.value)}
          >
            <Options label={words.readyToUse} providers={form.providers.filter(({ ready }) => ready)} />
            <Options label={words.needsKey} providers={form.providers.filter(({ ready }) => !ready)} />
          </select>
          <Icon name="down" end />
        </span>
      </div>
      {current && !current.ready && asking === null && (
        <Quiet
          icon="key"
          label={fill(current.asks === "" ? words.connectTo : words.trustFor, { provider: current.label })}
          onClick={() => setAsking(current)}
        />
      )}
      {asking && asking.asks !== "" && (
        <Trust key={asking.asks} view={view} provider={asking} onDone={() => setAsking(null)} />
      )}
      {asking && asking.asks === "" && (
        <Connect
          key={asking.name}
          view={view}
          provider={asking}
          shared={form.shared}
          onDone={() => setAsking(null)}
        />
      )}
    </>
  );
}
