/** The prompt form. It keeps what was typed whatever becomes of the job. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Field, wire } from "../components/field";
import { Icon } from "../components/icons";
import { Notice } from "../components/notice";
import type { RequestType } from "../kernel/connection";
import type { ErrorView, FormView, ModelView } from "../kernel/protocol.gen";
import { isMediaField } from "../state/attachments";
import { type Draft, isField, PROMPT_LIMIT } from "../state/request-draft";
import type { View } from "../state/view";
import * as format from "../text/format";
import { words } from "../text/strings";
import { fill, Say } from "../text/template";
import { drop, isWelcome, paste } from "./drop-paste";
import { Further, Length, labelOf, MoreSummary, Size } from "./fields";
import { Attach } from "./media-tiles";
import { Model } from "./model-picker";
import { Service } from "./provider-picker";

/** The count is noise until the end is near. */
const COUNT_FROM = 0.8 * PROMPT_LIMIT;
const isMac = () => /mac|iphone|ipad/i.test(navigator.platform);

/** The control of a field, in this view: ids are this view's own, and the form may be in a shadow root. */
export function focusField(within: Element | null, view: View, field: string): void {
  const id = `${view.id}-${field}`;
  const control = within?.querySelector<HTMLElement>(`#${id}, [name="${id}"]:checked`);
  control?.closest("details")?.setAttribute("open", "");
  control?.focus();
}

function Count({ draft }: { draft: Draft }) {
  const { length } = draft.prompt.value;
  if (length <= COUNT_FROM) return null;
  const values = { count: format.whole(length), limit: format.whole(PROMPT_LIMIT) };
  return (
    <p class="videogen-count">
      <Say parts={[words.count]} values={values} />
    </p>
  );
}

function Prompt({ view, form }: { view: View; form: FormView }) {
  const { draft } = view.session;
  const box = useRef<HTMLTextAreaElement>(null);
  const text = draft.prompt.value;
  useLayoutEffect(() => {
    const node = box.current;
    if (node === null) return;
    node.style.blockSize = "auto";
    // Two more pixels: browsers round a line's height down and would show a scrollbar for it.
    if (node.scrollHeight > 0) node.style.blockSize = `${node.scrollHeight + 2}px`;
  }, [text, view.isNarrow.value]);
  return (
    <Field view={view.id} name="prompt" label={words.prompt} flaw={draft.flaw.value}>
      <div class="videogen-prompt">
        <textarea
          {...wire(view.id, "prompt", draft.flaw.value)}
          ref={box}
          rows={3}
          dir="auto"
          value={text}
          onInput={(event) => draft.set("prompt", event.currentTarget.value, form)}
        />
        <Count draft={draft} />
      </div>
    </Field>
  );
}

/** What the button will cost, as far as anybody has written a price down. */
function costOf(model: ModelView | null, draft: Draft): number | null {
  if (model?.price == null) return null;
  const clips = (model.takes.includes("n") && Number(draft.of("n").value)) || 1;
  if (model.price.per_clip !== null) return clips * model.price.per_clip;
  const second = model.price.by_size[draft.size.value] ?? model.price.per_second;
  const length = Number(draft.duration.value);
  return second === null || !length ? null : clips * length * second;
}

function Go({ form, draft, isPrimary }: { form: FormView; draft: Draft; isPrimary: boolean }) {
  const cost = costOf(draft.chosen(form), draft);
  const priced = cost === null ? words.generate : fill(words.generatePriced, { cost: format.dollars(cost) });
  return (
    <div class="videogen-go">
      <button type="submit" class={`videogen-button is-large${isPrimary ? " is-primary" : ""}`}>
        {form.simulated ? words.generateFree : priced}
      </button>
      <span class="videogen-keys" aria-hidden="true">
        <kbd>{isMac() ? "⌘" : "Ctrl"}</kbd> <kbd>Enter</kbd>
      </span>
    </div>
  );
}

/** What stands behind More, beside the seed. */
const hidden = [
  "aspect",
  "resolution",
  "negative",
  "n",
  "fps",
  "sound",
  "draft",
  "enhance",
  "extra",
] as const;

/** Values of another model are not lost, and not sent. */
function Kept({ form, draft }: { form: FormView; draft: Draft }) {
  const names = draft.kept(form).map((field) => (isMediaField(field) ? words.media[field] : labelOf(field)));
  if (names.length === 0) return null;
  const model = draft.chosen(form)?.title ?? "";
  return (
    <p class="videogen-hint">
      <Say parts={[words.kept]} values={{ model, list: names.join(", ") }} />
    </p>
  );
}

/** What the form asks the kernel for, and is answered here. */
const mine: readonly RequestType[] = ["generate", "choose", "recall"];
const isAbout = (type: RequestType | undefined) => type !== undefined && mine.includes(type);

/** The question of a budget, answered by a click of its own. */
function Confirm({ error, onYes }: { error: ErrorView; onYes: () => void }) {
  return (
    <div class="videogen-notice" role="alert">
      <p class="videogen-flaw">
        <Icon name="question" />
        <bdi>{error.message}</bdi>
      </p>
      <button type="button" class="videogen-button is-risky" onClick={onYes}>
        {words.spend}
      </button>
    </div>
  );
}

/** Shows that the form takes what is held over it. */
function useDrop(onTake: (event: DragEvent) => void) {
  const [isOver, setOver] = useState(false);
  const onDragOver = (event: DragEvent) => {
    if (!isWelcome(event)) return;
    event.preventDefault();
    setOver(true);
  };
  const onDragLeave = ({ currentTarget, relatedTarget }: DragEvent) =>
    setOver((currentTarget as Node).contains(relatedTarget as Node | null));
  const onDrop = (event: DragEvent) => {
    setOver(false);
    onTake(event);
  };
  return { "data-over": isOver, onDragOver, onDragLeave, onDrop };
}

/** Where the values came from that a dropped clip brought. */
function Recovered({ view }: { view: View }) {
  const told = view.session.recovered.value;
  if (told === null) return null;
  const list = told.missing.map((name) => (isMediaField(name) ? words.media[name] : name)).join(", ");
  return (
    <p class="videogen-hint" role="status">
      <Say
        parts={[words.recovered, ...(list ? [words.recoveredWithout] : [])]}
        values={{ name: told.name, list }}
        between=" "
      />
    </p>
  );
}

interface FormProps {
  readonly view: View;
  readonly form: FormView;
  /** One filled button or none: the form's, when starting is the safest next step. */
  readonly isPrimary: boolean;
}

export function Form({ view, form, isPrimary }: FormProps) {
  const { session } = view;
  const { draft } = session;
  const node = useRef<HTMLFormElement>(null);
  const model = draft.chosen(form);
  const generate = () => {
    session.generate(form);
    const flaw = draft.flaw.peek();
    if (flaw !== null) focusField(node.current, view, flaw.field);
  };
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
  const refusal = session.host.refusal.value;
  const isMine = isAbout(refusal?.about);
  const general = isMine && refusal && !isField(refusal.error.field) ? refusal.error : null;
  const asks = general?.code === "confirm" ? general : null;
  const taken = model?.takes ?? [];
  const further = hidden.filter((name) => name === "extra" || taken.includes(name));
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
      <Prompt view={view} form={form} />
      <div class="videogen-row is-model">
        <Model view={view} form={form} />
        <Service view={view} form={form} />
      </div>
      {model && (
        <div class="videogen-row">
          <Length view={view} form={form} model={model} />
          <Size view={view} form={form} model={model} />
        </div>
      )}
      {model && <Attach view={view} model={model} />}
      {model && (
        <details class="videogen-more">
          <MoreSummary
            seed={model.takes.includes("seed") ? draft.seed.value : ""}
            set={further.filter((name) => draft.of(name).value !== "").length}
          />
          <Further view={view} form={form} model={model} />
        </details>
      )}
      <Kept form={form} draft={draft} />
      <Recovered view={view} />
      <Go form={form} draft={draft} isPrimary={isPrimary} />
      {asks ? (
        <Confirm error={asks} onYes={() => session.generate(form, { yes: true })} />
      ) : (
        <Notice host={session.host} about={mine} error={general} />
      )}
    </form>
  );
}
