/** Asks for a provider's key, which the kernel tests for free. The key goes to the kernel and is kept nowhere in the page. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { IconButton } from "../components/button";
import { Icon } from "../components/icons";
import type { ErrorView, FormView, KeyView, ProviderView } from "../kernel/protocol.gen";
import { strings } from "../parts/strings";
import type { View } from "../state/view";
import { fill } from "../text/template";

interface ConnectPanelProps {
  readonly view: View;
  readonly form: FormView;
  readonly provider: ProviderView;
  readonly onDone: () => void;
}

interface FoundProps {
  readonly view: View;
  readonly found: KeyView;
  readonly onDone: () => void;
}

/** What the test found. It takes the focus, so that it is read. */
function Found({ view, found, onDone }: FoundProps) {
  const words = useRef<HTMLParagraphElement>(null);
  useLayoutEffect(() => words.current?.focus(), []);
  const chooseModel = () => {
    const page = words.current?.getRootNode() as ParentNode | undefined;
    const model = page?.querySelector<HTMLElement>(`#${view.id}-model`);
    onDone();
    model?.focus();
    model?.click(); // opens its list
  };
  return (
    <div class="videogen-panel videogen-key-panel">
      <p ref={words} tabIndex={-1} class="videogen-key-found" data-verdict={found.verdict}>
        <Icon name={found.verdict === "valid" ? "check" : "key"} />
        <span>{found.text}</span>
      </p>
      <div class="videogen-actions">
        <button type="button" class="videogen-button" onClick={chooseModel}>
          {strings.chooseModel}
        </button>
        <IconButton icon="close" label={strings.done} onClick={onDone} />
      </div>
    </div>
  );
}

const explain = (error: ErrorView | null | undefined): string =>
  error ? `${error.message} ${error.next}` : strings.noAnswer;

export function ConnectPanel({ view, form, provider, onDone }: ConnectPanelProps) {
  const box = useRef<HTMLInputElement>(null);
  const keep = useRef<HTMLInputElement>(null);
  const [message, setMessage] = useState("");
  /** A second click may come before anything is drawn. */
  const isTesting = useRef(false);
  const [found, setFound] = useState<KeyView | null>(null);
  const id = `${view.id}-key`;
  useLayoutEffect(() => box.current?.focus(), []);

  /** Its models take the place of the form, where there is a choice. */
  const show = (key: KeyView) => {
    if ((view.session.connection.form.peek()?.models.length ?? 0) < 2) return setFound(key);
    onDone();
    view.overlay.value = { kind: "models", found: key };
  };
  const test = async (key: string) => {
    isTesting.current = true;
    setMessage(strings.testing);
    const isKept = keep.current?.checked ?? false;
    const ack = await view.session.connection.ask({
      type: "connect",
      provider: provider.name,
      key,
      keep: isKept,
    });
    isTesting.current = false;
    if (ack?.ok && ack.key) show(ack.key);
    else setMessage(explain(ack?.error));
  };
  /** The key is read from its box when it is sent: no signal and no draft ever holds it. */
  const connect = () => {
    const key = box.current?.value.trim() ?? "";
    if (isTesting.current) return;
    if (key !== "") return void test(key);
    setMessage(strings.needKey);
    box.current?.focus();
  };
  if (found) return <Found view={view} found={found} onDone={onDone} />;
  return (
    <fieldset class="videogen-panel videogen-key-panel">
      <legend class="videogen-visually-hidden">
        {fill(strings.connectTo, { provider: provider.label })}
      </legend>
      <label class="videogen-label" for={id}>
        {fill(strings.keyOf, { provider: provider.label })}
      </label>
      <input
        ref={box}
        id={id}
        class="videogen-text"
        type="password"
        autoComplete="off"
        dir="ltr"
        onKeyDown={(event) => {
          if (event.key === "Enter") connect();
          if (event.key === "Escape") onDone();
        }}
      />
      {form.shared && <p class="videogen-hint">{strings.sharedMachine}</p>}
      {form.keyring && (
        <label class="videogen-check">
          <input ref={keep} type="checkbox" />
          {strings.keepKey}
        </label>
      )}
      <p class="videogen-hint" aria-live="polite">
        {message || `${strings.keyStays} ${strings.testIsFree}`}
      </p>
      <div class="videogen-actions">
        <button type="button" class="videogen-button" onClick={connect}>
          <Icon name="key" />
          {strings.connect}
        </button>
        <IconButton icon="close" label={strings.notNow} onClick={onDone} />
      </div>
    </fieldset>
  );
}
