/** A better prompt than one's own, below it: an editable text, which is used only by a click. */

import { useLayoutEffect, useRef } from "preact/hooks";
import { IconButton } from "../components/button";
import { Icon } from "../components/icons";
import type { Improving } from "../form/improve";
import { strings } from "../parts/strings";

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
