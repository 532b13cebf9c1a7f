/** A better prompt from the user's own chat endpoint: an editable text, which is used only by a click. Nothing is ordered here. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { IconButton } from "../components/button";
import { Icon } from "../components/icons";
import type { KernelConnection } from "../kernel/connection";
import { strings } from "../text/strings";

/** What became of the question: nothing was asked, it is open, a text came, or the reason why none did. */
export type Improvement =
  | { readonly stage: "none" | "asking" }
  | { readonly stage: "text" | "failed"; readonly text: string };

interface Improving {
  readonly improvement: Improvement;
  readonly ask: (prompt: string) => Promise<void>;
  readonly edit: (text: string) => void;
  readonly close: () => void;
}

/** One question at a time; an answer that comes after the panel was closed is dropped. */
export function useImprovement(connection: KernelConnection): Improving {
  const [improvement, setImprovement] = useState<Improvement>({ stage: "none" });
  const current = useRef<AbortController | null>(null);
  const close = () => {
    current.current?.abort();
    current.current = null;
    setImprovement({ stage: "none" });
  };
  const ask = async (prompt: string) => {
    if (current.current !== null) return;
    const until = new AbortController();
    current.current = until;
    setImprovement({ stage: "asking" });
    const ack = await connection.ask({ type: "improve", prompt }, { until: until.signal });
    if (until.signal.aborted) return;
    current.current = null;
    const error = ack?.error ? `${ack.error.message} ${ack.error.next}`.trim() : strings.noAnswer;
    setImprovement(
      ack?.ok && ack.text ? { stage: "text", text: ack.text } : { stage: "failed", text: error },
    );
  };
  return { improvement, ask, edit: (text) => setImprovement({ stage: "text", text }), close };
}

interface PanelProps {
  readonly id: string;
  readonly improving: Improving;
  readonly onUse: (text: string) => void;
}

/** The text below the prompt, from its question on. It takes the focus when it comes, unless somebody types elsewhere. */
export function ImprovementPanel({ id, improving: { improvement, edit, close }, onUse }: PanelProps) {
  const panel = useRef<HTMLFieldSetElement>(null);
  const box = useRef<HTMLTextAreaElement>(null);
  const { stage } = improvement;
  useLayoutEffect(() => {
    const page = panel.current?.getRootNode() as Document | ShadowRoot | undefined;
    if (stage === "text" && !(page?.activeElement instanceof HTMLTextAreaElement)) box.current?.focus();
  }, [stage]);
  if (stage === "none") return null;
  const words = { asking: strings.improving, text: strings.notOrdered, failed: "" }[stage];
  return (
    <fieldset
      ref={panel}
      class="videogen-panel videogen-improvement"
      onKeyDown={(event) => event.key === "Escape" && close()}
    >
      <legend class="videogen-visually-hidden">{strings.improved}</legend>
      {improvement.stage === "text" && (
        <>
          <label class="videogen-label" for={id}>
            {strings.improved}
          </label>
          <textarea
            ref={box}
            id={id}
            class="videogen-text"
            rows={6}
            dir="auto"
            value={improvement.text}
            onInput={(event) => edit(event.currentTarget.value)}
          />
        </>
      )}
      <p class="videogen-hint" aria-live="polite">
        {words}
      </p>
      <div role="alert">
        {improvement.stage === "failed" && (
          <p class="videogen-field-error">
            <Icon name="alert" />
            <bdi>{improvement.text}</bdi>
          </p>
        )}
      </div>
      <div class="videogen-actions">
        {improvement.stage === "text" && (
          <button type="button" class="videogen-button" onClick={() => onUse(improvement.text)}>
            {strings.usePrompt}
          </button>
        )}
        <IconButton
          icon="close"
          label={
            stage === "text" ? strings.keepPrompt : stage === "asking" ? strings.stopAsking : strings.done
          }
          onClick={close}
        />
      </div>
    </fieldset>
  );
}
