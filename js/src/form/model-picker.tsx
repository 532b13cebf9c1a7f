/** The model picker: typing filters the list; where the provider has models that are not listed, any name is taken. */

import { useRef, useState } from "preact/hooks";
import { Icon } from "../components/icons";
import type { FormView, ModelView } from "../kernel/protocol.gen";
import { strings } from "../parts/strings";
import type { View } from "../state/view";
import * as format from "../text/format";
import { getKnownParts, Template } from "../text/template";
import { Field, fieldAttributes } from "./field";

/** The lengths that a model makes; undefined where nobody knows the longest. */
export function formatLengths({ durations, shortest, longest }: ModelView): string | undefined {
  if (durations.length > 0) return durations.map((one) => format.integer(one)).join(", ");
  return longest === null ? undefined : `${format.integer(shortest)}–${format.integer(longest)}`;
}

export function formatPrice({ price }: ModelView): string | undefined {
  if (price?.per_clip != null) return format.dollars(price.per_clip);
  const seconds = [price?.per_second, ...Object.values(price?.by_size ?? {})].filter((one) => one != null);
  return seconds.length > 0 ? `${format.dollars(Math.min(...seconds))}/s` : undefined;
}

/** What helps to choose a model: its lengths, its inputs, its price and how long its jobs usually take. */
function ModelFacts({ model, isFree }: { model: ModelView; isFree: boolean }) {
  const inputs = (["image", "last_frame", "references", "audio", "video"] as const).filter((name) =>
    model.takes.includes(name),
  );
  const values = {
    inputs: inputs.map((name) => strings.inputs[name]).join(", "),
    lengths: formatLengths(model),
    cost: formatPrice(model),
    noPrice: isFree || formatPrice(model) ? undefined : strings.noPrice,
    usual: model.usual === null ? undefined : format.duration(model.usual),
    runs: format.integer(model.runs),
  };
  const parts = ["{lengths} s", strings.inputsFact, strings.priceFact, "{noPrice}", strings.usualFact];
  if (getKnownParts(parts, values).length === 0) return null;
  return (
    <small>
      <Template parts={parts} values={values} between=" · " />
    </small>
  );
}

interface NoMatchProps {
  readonly name: string;
  readonly onAll: (() => void) | null;
  /** Ask the provider for its models. */
  readonly onLoad: (() => void) | null;
}

/** A list without a hit says so, and has a way out. */
function NoMatch({ name, onAll, onLoad }: NoMatchProps) {
  const ways = [
    [strings.allModels, onAll],
    [strings.refresh, onLoad],
  ] as const;
  return (
    <>
      {name && (
        <div role="option" tabIndex={-1} aria-disabled="true" aria-selected="false">
          <span>
            <Template parts={[strings.noModel]} values={{ name }} />
          </span>
        </div>
      )}
      {ways.map(
        ([label, act]) =>
          act && (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the box above has the keys, as a combobox does
            <div
              key={label}
              role="option"
              tabIndex={-1}
              aria-selected="false"
              onMouseDown={(event) => event.preventDefault()}
              onClick={act}
            >
              {label}
            </div>
          ),
      )}
    </>
  );
}

const TEST = "test/";

/** The models that are offered: those for tests only where the form is for them, one is chosen, or it is typed. */
export const getOffered = ({ models, tests }: FormView, chosen: string, typed = ""): readonly ModelView[] =>
  tests || [chosen, typed].some((name) => name.startsWith(TEST))
    ? models
    : models.filter(({ id }) => !id.startsWith(TEST));

interface ModelPickerProps {
  readonly view: View;
  readonly form: FormView;
}

const contains = (name: string, text: string): boolean =>
  name.toLowerCase().includes(text.trim().toLowerCase());

export function ModelPicker({ view, form }: ModelPickerProps) {
  const { draft, connection } = view.session;
  const [typed, setTyped] = useState<string | null>(null);
  const [active, setActive] = useState(-1);
  const box = useRef<HTMLInputElement>(null);
  const takesAnyName = form.other !== null;
  const chosen = draft.getModel(form);
  const name = takesAnyName ? draft.model.value : (chosen?.title ?? "");
  const offered = getOffered(form, draft.model.value, typed ?? "");
  const options = typed === null ? [] : offered.filter(({ id, title }) => contains(`${id} ${title}`, typed));
  const retired = typed === null ? [] : form.retired.filter((name) => contains(name, typed));
  const isNone = options.length + retired.length === 0;
  const isOpen = typed !== null && (!isNone || (takesAnyName ? form.listed : typed !== ""));
  const list = `${view.id}-models`;

  /** The last of the options leads to the list of all, with what they make and cost. */
  const hasAll = offered.length > 1 && options.length > 0;
  const all = options.length;
  const isAtAll = hasAll && active === all;
  const seeAll = () => {
    close();
    view.overlay.value = { kind: "models", found: null };
  };

  const close = () => {
    setTyped(null);
    setActive(-1);
  };
  const open = () => {
    setTyped("");
    setActive(offered.findIndex(({ id }) => id === chosen?.id));
  };
  const pick = (model: ModelView | undefined) => {
    if (model) draft.set("model", model.id, form);
    close();
  };
  const move = (by: number) => {
    if (!isOpen) return open();
    const count = options.length + (hasAll ? 1 : 0);
    if (count > 0) setActive((active + by + count) % count);
    return undefined;
  };
  const keys: Record<string, () => void> = {
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: () =>
      !isOpen ? undefined : isNone && !takesAnyName ? open() : isAtAll ? seeAll() : pick(options[active]),
    Escape: close,
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const act = event.ctrlKey || event.metaKey ? undefined : keys[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  };
  const load = () => {
    connection.send({ type: "choose", provider: form.provider, refresh: true });
    close();
  };
  const onInput = (text: string) => {
    setTyped(text);
    setActive(takesAnyName || text === "" ? -1 : 0);
    if (takesAnyName) draft.set("model", text, form);
  };

  return (
    <Field view={view.id} name="model" label={strings.model} error={draft.error.value}>
      <span class="videogen-combobox">
        <input
          {...fieldAttributes(view.id, "model", draft.error.value)}
          ref={box}
          class="videogen-text"
          type="text"
          role="combobox"
          aria-expanded={isOpen}
          aria-controls={list}
          aria-autocomplete="list"
          aria-activedescendant={isOpen && (options[active] || isAtAll) ? `${list}-${active}` : undefined}
          autoComplete="off"
          spellcheck={false}
          dir="ltr"
          placeholder={form.listed && form.models.length === 0 ? strings.modelHint : undefined}
          value={typed !== null && !takesAnyName && typed !== "" ? typed : name}
          onClick={() => (isOpen ? close() : open())}
          onInput={(event) => onInput(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          onBlur={close}
        />
        <Icon name="down" end />
        <div id={list} role="listbox" aria-label={strings.model} hidden={!isOpen}>
          {options.map((model, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the box above has the keys, as a combobox does
            <div
              key={model.id}
              id={`${list}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={model.id === chosen?.id}
              data-active={index === active}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => pick(model)}
            >
              <b>
                <bdi>{model.title || model.id}</bdi>
              </b>
              <ModelFacts model={model} isFree={form.free} />
            </div>
          ))}
          {hasAll && (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the box above has the keys, as a combobox does
            <div
              id={`${list}-${all}`}
              class="videogen-see-all"
              role="option"
              tabIndex={-1}
              aria-selected="false"
              data-active={isAtAll}
              onMouseDown={(event) => event.preventDefault()}
              onClick={seeAll}
            >
              {strings.seeModels}
            </div>
          )}
          {isNone && (
            <NoMatch
              name={takesAnyName ? "" : (typed ?? "")}
              onAll={form.models.length > 0 && typed !== "" ? open : null}
              onLoad={takesAnyName && form.listed ? load : null}
            />
          )}
          {retired.length > 0 && (
            // biome-ignore lint/a11y/useSemanticElements: a fieldset groups controls; these are options of the list
            <div role="group" aria-label={strings.retired} class="videogen-retired">
              <small aria-hidden="true">{strings.retired}</small>
              {retired.map((name) => (
                <div key={name} role="option" tabIndex={-1} aria-disabled="true" aria-selected="false">
                  <bdi>{name}</bdi>
                </div>
              ))}
            </div>
          )}
        </div>
      </span>
    </Field>
  );
}
