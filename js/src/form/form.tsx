/** The prompt form. It keeps what was typed, however the job ends. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { describePending } from "../components/notice";
import type { FormView } from "../kernel/protocol.gen";
import { ImprovementPanel } from "../panels/improvement-panel";
import { strings } from "../parts/strings";
import { isMediaField } from "../state/attachments";
import { addPrice } from "../state/price-label";
import { type Draft, fields, getLabel } from "../state/request-draft";
import type { View } from "../state/view";
import * as format from "../text/format";
import { fill, Template } from "../text/template";
import { findError } from "./check";
import { acceptsDrop, drop, paste } from "./drop-paste";
import { Field, fieldAttributes } from "./field";
import { DurationField, MoreFields, MoreSummary, SizeField } from "./fields";
import { FormNotice, formRequests } from "./form-notice";
import { useImprovement } from "./improve";
import { MediaTiles } from "./media-tiles";
import { ModelPicker } from "./model-picker";
import { ProviderPicker } from "./provider-picker";
import { countCharacters } from "./validation";

/** The share of the limit from which on the character count is shown. */
const SHOW_COUNT_FROM = 0.8;
const isMac = () => /mac|iphone|ipad/i.test(navigator.platform);

/** Focus the control of a field in this view: ids are unique to a view, and the form may be in a shadow root. */
function focusField(within: Element | null, view: View, field: string): void {
  const id = `${view.id}-${field}`;
  const control = within?.querySelector<HTMLElement>(`#${id}, [name="${id}"]:checked`);
  control?.closest("details")?.setAttribute("open", "");
  control?.focus();
}

function CharacterCount({ text, limit }: { text: string; limit: number }) {
  const count = countCharacters(text);
  if (count <= SHOW_COUNT_FROM * limit) return null;
  const values = { count: format.integer(count), limit: format.integer(limit) };
  return (
    <p class="videogen-count">
      <Template parts={[strings.count]} values={values} />
    </p>
  );
}

function PromptField({ view, form }: { view: View; form: FormView }) {
  const { draft } = view.session;
  const box = useRef<HTMLTextAreaElement>(null);
  const text = draft.prompt.value;
  const model = draft.getModel(form);
  const improving = useImprovement(view.session.connection);
  const usePrompt = (prompt: string) => {
    draft.usePrompt(prompt, form);
    box.current?.focus();
  };
  useLayoutEffect(() => {
    const node = box.current;
    if (node === null) return;
    node.style.blockSize = "auto";
    // Two more pixels: browsers round the line height down, and would show a scrollbar.
    if (node.scrollHeight > 0) node.style.blockSize = `${node.scrollHeight + 2}px`;
  }, [text, view.isNarrow.value]);
  return (
    <Field view={view.id} name="prompt" label={strings.prompt} error={draft.error.value}>
      <div class="videogen-prompt-actions">
        {draft.replaced !== null && (
          <button
            type="button"
            class="videogen-button is-subtle"
            onClick={() => usePrompt(draft.replaced ?? "")}
          >
            {strings.undoPrompt}
          </button>
        )}
        {form.improves && (
          <button
            type="button"
            class="videogen-button is-subtle"
            title={strings.improveHint}
            disabled={text.trim() === "" || improving.improvement.stage === "asking"}
            onClick={() => improving.ask(text)}
          >
            {strings.improve}
          </button>
        )}
      </div>
      <div class="videogen-prompt">
        <textarea
          {...fieldAttributes(view.id, "prompt", draft.error.value)}
          ref={box}
          rows={3}
          dir="auto"
          value={text}
          onInput={(event) => draft.set("prompt", event.currentTarget.value, form)}
        />
        {model && <CharacterCount text={text} limit={model.longest_prompt} />}
      </div>
      <ImprovementPanel
        id={`${view.id}-improved`}
        improving={improving}
        onUse={(prompt) => {
          improving.close();
          usePrompt(prompt);
        }}
      />
    </Field>
  );
}

/** What stands beside the button, so that nothing below it moves: what became of the click, how many run, or the keys. */
function SubmitNote({ view: { session } }: { view: View }) {
  const pending = describePending(session.connection, formRequests);
  const count = session.making.value.length;
  return (
    <span class="videogen-submit-note">
      <span aria-live="polite">
        {pending || (count > 0 && fill(strings.running, { count: String(count) }))}
      </span>
      {pending === "" && count === 0 && (
        <span class="videogen-shortcut" aria-hidden="true">
          <kbd>{isMac() ? "⌘" : "Ctrl"}</kbd> <kbd>Enter</kbd>
        </span>
      )}
    </span>
  );
}

function SubmitRow({ view, form, isPrimary }: FormProps) {
  const { draft, making } = view.session;
  return (
    <div class="videogen-submit">
      <button type="submit" class={`videogen-button is-large${isPrimary ? " is-primary" : ""}`}>
        {addPrice(
          making.value.length > 0 ? strings.addToQueue : strings.generate,
          form,
          draft.buildRequest(form),
        )}
      </button>
      <SubmitNote view={view} />
    </div>
  );
}

/** The fields of the More section, without the seed. */
const moreFields = fields.filter((name) => !["prompt", "model", "duration", "size", "seed"].includes(name));

/** Lists the values that the model does not take; they are kept and not sent. */
function UnusedFields({ form, draft }: { form: FormView; draft: Draft }) {
  const names = draft.findUnused(form).map(getLabel);
  if (names.length === 0) return null;
  const model = draft.getModel(form)?.title ?? "";
  return (
    <p class="videogen-hint">
      <Template parts={[strings.kept]} values={{ model, list: names.join(", ") }} />
    </p>
  );
}

/** Highlights the form while something that it takes is dragged over it. */
function useDrop(onDropped: (event: DragEvent) => void) {
  const [isOver, setOver] = useState(false);
  const onDragOver = (event: DragEvent) => {
    if (!acceptsDrop(event)) return;
    event.preventDefault();
    setOver(true);
  };
  const onDragLeave = ({ currentTarget, relatedTarget }: DragEvent) =>
    setOver((currentTarget as Node).contains(relatedTarget as Node | null));
  const onDrop = (event: DragEvent) => {
    setOver(false);
    onDropped(event);
  };
  return { "data-dragover": isOver, onDragOver, onDragLeave, onDrop };
}

/** Says which dropped clip the form was filled in from. */
function RecalledFrom({ view }: { view: View }) {
  const recalled = view.session.recalled.value;
  if (recalled === null) return null;
  const list = recalled.missing.map((name) => (isMediaField(name) ? strings.media[name] : name)).join(", ");
  return (
    <p class="videogen-hint" role="status">
      <Template
        parts={[strings.recovered, ...(list ? [strings.recoveredWithout] : [])]}
        values={{ name: recalled.name, list }}
        between=" "
      />
    </p>
  );
}

interface FormProps {
  readonly view: View;
  readonly form: FormView;
  /** Whether Generate is the filled button: at most one button of the widget is filled, the safest next step. */
  readonly isPrimary: boolean;
}

export function Form({ view, form, isPrimary }: FormProps) {
  const { session } = view;
  const { draft } = session;
  const node = useRef<HTMLFormElement>(null);
  const model = draft.getModel(form);
  const generate = () => {
    const error = findError(draft, form);
    draft.error.value = error;
    if (error !== null) focusField(node.current, view, error.field);
    else session.generate(form);
  };
  const wanted = view.wantedField.value;
  useLayoutEffect(() => {
    if (wanted === null) return;
    focusField(node.current, view, wanted);
    view.wantedField.value = null;
  }, [wanted]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    event.preventDefault();
    if (!event.repeat) generate();
  };
  const onSubmit = (event: Event) => {
    event.preventDefault();
    generate();
  };
  // Enter in a one-line box would submit the form, which costs money: only the button and Mod+Enter may.
  const onEnter = (event: KeyboardEvent) => {
    if (event.key === "Enter" && event.target instanceof HTMLInputElement) event.preventDefault();
    onKeyDown(event);
  };
  const takes = model?.takes ?? [];
  const further = moreFields.filter((name) => name === "extra" || takes.includes(name));
  return (
    <form
      ref={node}
      class="videogen-form"
      noValidate
      onSubmit={onSubmit}
      onKeyDown={onEnter}
      onPaste={(event) => paste(view, model, event)}
      {...useDrop((event) => drop(view, model, event))}
    >
      <PromptField view={view} form={form} />
      <div class="videogen-row is-model">
        <ModelPicker view={view} form={form} />
        <ProviderPicker view={view} form={form} />
      </div>
      {model && (takes.includes("duration") || takes.includes("size")) && (
        <div class="videogen-row">
          {takes.includes("duration") && <DurationField view={view} form={form} model={model} />}
          {takes.includes("size") && <SizeField view={view} form={form} model={model} />}
        </div>
      )}
      {model && <MediaTiles view={view} model={model} />}
      {model && (
        <details class="videogen-more">
          <MoreSummary
            seed={model.takes.includes("seed") ? draft.seed.value : ""}
            set={further.filter((name) => draft.get(name).value !== "").length}
          />
          <MoreFields view={view} form={form} model={model} />
        </details>
      )}
      <UnusedFields form={form} draft={draft} />
      <RecalledFrom view={view} />
      <div class="videogen-form-end">
        <FormNotice
          session={session}
          form={form}
          onClosed={() => node.current?.querySelector<HTMLElement>("[type=submit]")?.focus()}
        />
        <SubmitRow view={view} form={form} isPrimary={isPrimary} />
      </div>
    </form>
  );
}
