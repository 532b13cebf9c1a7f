/** The model box: type to narrow the list down, or, where a service has more than we list, any name at all. */

import { useRef, useState } from "preact/hooks";
import { Quiet } from "../components/button";
import { Field, wire } from "../components/field";
import { Icon } from "../components/icons";
import type { FormView, ModelView } from "../kernel/protocol.gen";
import type { View } from "../state/view";
import * as format from "../text/format";
import { words } from "../text/strings";
import { known, Say } from "../text/template";

const lengthsOf = (model: ModelView): string =>
  model.durations.length > 0
    ? model.durations.map((one) => format.whole(one)).join(", ")
    : `${format.whole(model.shortest)}–${format.whole(model.longest)}`;

function priceOf({ price }: ModelView): string | undefined {
  if (price?.per_clip != null) return format.dollars(price.per_clip);
  const seconds = [price?.per_second, ...Object.values(price?.by_size ?? {})].filter((one) => one != null);
  return seconds.length > 0 ? `${format.dollars(Math.min(...seconds))}/s` : undefined;
}

/** What to know before choosing: what goes in besides words, lengths, price, and how long it takes here. */
function Facts({ model }: { model: ModelView }) {
  const inputs = (["image", "last_frame", "references", "audio", "video"] as const).filter((name) =>
    model.takes.includes(name),
  );
  const values = {
    inputs: inputs.map((name) => words.inputs[name]).join(", "),
    lengths: lengthsOf(model),
    cost: priceOf(model),
    usual: model.usual === null ? undefined : format.took(model.usual),
    runs: format.whole(model.runs),
  };
  const parts = ["{lengths} s", words.inputsFact, words.priceFact, words.usualFact];
  if (known(parts, values).length === 0) return null;
  return (
    <small>
      <Say parts={parts} values={values} between=" · " />
    </small>
  );
}

interface ModelProps {
  readonly view: View;
  readonly form: FormView;
}

const contains = (name: string, text: string): boolean =>
  name.toLowerCase().includes(text.trim().toLowerCase());

export function Model({ view, form }: ModelProps) {
  const { draft, host } = view.session;
  const [typed, setTyped] = useState<string | null>(null);
  const [at, setAt] = useState(-1);
  const box = useRef<HTMLInputElement>(null);
  const isFree = form.other !== null;
  const chosen = draft.chosen(form);
  const name = isFree ? draft.model.value : (chosen?.title ?? "");
  const options =
    typed === null ? [] : form.models.filter(({ id, title }) => contains(`${id} ${title}`, typed));
  const gone = typed === null ? [] : form.retired.filter((name) => contains(name, typed));
  const isOpen = typed !== null && options.length + gone.length > 0;
  const list = `${view.id}-models`;

  const close = () => {
    setTyped(null);
    setAt(-1);
  };
  const open = () => {
    setTyped("");
    setAt(form.models.findIndex(({ id }) => id === chosen?.id));
  };
  const pick = (model: ModelView | undefined) => {
    if (model) draft.set("model", model.id, form);
    close();
  };
  const move = (by: number) => {
    if (!isOpen) return open();
    if (options.length === 0) return undefined;
    setAt((at + by + options.length) % options.length);
    return undefined;
  };
  const keys: Record<string, () => void> = {
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: () => (isOpen ? pick(options[at]) : undefined),
    Escape: close,
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const act = event.ctrlKey || event.metaKey ? undefined : keys[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  };
  const onInput = (text: string) => {
    setTyped(text);
    setAt(isFree || text === "" ? -1 : 0);
    if (isFree) draft.set("model", text, form);
  };

  return (
    <Field view={view.id} name="model" label={words.model} flaw={draft.flaw.value}>
      <span class="videogen-combo">
        <input
          {...wire(view.id, "model", draft.flaw.value)}
          ref={box}
          class="videogen-text"
          type="text"
          role="combobox"
          aria-expanded={isOpen}
          aria-controls={list}
          aria-autocomplete="list"
          aria-activedescendant={isOpen && at >= 0 ? `${list}-${at}` : undefined}
          autoComplete="off"
          spellcheck={false}
          dir="ltr"
          placeholder={form.listed && form.models.length === 0 ? words.modelHint : undefined}
          value={typed !== null && !isFree && typed !== "" ? typed : name}
          onClick={() => (isOpen ? close() : open())}
          onInput={(event) => onInput(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          onBlur={close}
        />
        <Icon name="down" end />
        <div id={list} role="listbox" aria-label={words.model} hidden={!isOpen}>
          {options.map((model, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the box above has the keys, as a combobox does
            <div
              key={model.id}
              id={`${list}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={model.id === chosen?.id}
              data-active={index === at}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => pick(model)}
            >
              <b>
                <bdi>{model.title || model.id}</bdi>
              </b>
              <Facts model={model} />
            </div>
          ))}
          {gone.length > 0 && (
            // biome-ignore lint/a11y/useSemanticElements: a fieldset groups controls; these are options of the list
            <div role="group" aria-label={words.retired} class="videogen-retired">
              <small aria-hidden="true">{words.retired}</small>
              {gone.map((name) => (
                <div key={name} role="option" tabIndex={-1} aria-disabled="true" aria-selected="false">
                  <bdi>{name}</bdi>
                </div>
              ))}
            </div>
          )}
        </div>
        {isFree && form.listed && (
          <Quiet
            bare
            icon="retry"
            label={words.refresh}
            onClick={() => host.send({ type: "choose", provider: form.provider, refresh: true })}
          />
        )}
      </span>
    </Field>
  );
}
