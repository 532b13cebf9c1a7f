/** The form's fields besides prompt, model, provider and media. */

import { Icon } from "../components/icons";
import { type FormView, type ModelView, settings } from "../kernel/protocol.gen";
import { strings } from "../parts/strings";
import { type Draft, type Field, getLabel } from "../state/request-draft";
import type { View } from "../state/view";
import * as format from "../text/format";
import { fill, Template } from "../text/template";
import { fieldAttributes, Field as Labelled, Select } from "./field";
import { WorkflowInputs } from "./workflow-inputs";

/** With more lengths than this, a select takes the place of the chips. */
const MAX_CHIPS = 5;
/** Isolate a left-to-right text where markup is not possible. */
const isolate = (text: string) => `\u2066${text}\u2069`;

export interface FieldsProps {
  readonly view: View;
  readonly form: FormView;
  readonly model: ModelView;
}

interface DurationChoice extends FieldsProps {
  readonly draft: Draft;
  readonly value: string;
}

function DurationChips({ view, form, model, draft, value }: DurationChoice) {
  const { name, ...wiring } = fieldAttributes(view.id, "duration", draft.error.value);
  return (
    <div class="videogen-chips">
      {model.durations.map((duration) => (
        <label class="videogen-chip" key={duration}>
          <input
            {...wiring}
            id={`${name}-${duration}`}
            type="radio"
            name={name}
            value={duration}
            checked={String(duration) === value}
            onChange={() => draft.set("duration", String(duration), form)}
          />
          <bdi dir="ltr">{format.seconds(duration)}</bdi>
        </label>
      ))}
    </div>
  );
}

function DurationStepper({ view, form, model, draft, value }: DurationChoice) {
  const { shortest, longest } = model;
  return (
    <span class="videogen-stepper">
      <input
        {...fieldAttributes(view.id, "duration", draft.error.value)}
        type="number"
        min={shortest}
        max={longest ?? undefined}
        step={1}
        placeholder={strings.chosenByModel}
        value={value}
        onInput={(event) => draft.set("duration", event.currentTarget.value, form)}
      />
      {longest !== null && (
        <span class="videogen-hint">
          <Template
            parts={[strings.range]}
            values={{ shortest: format.integer(shortest), longest: format.integer(longest) }}
          />
        </span>
      )}
    </span>
  );
}

export function DurationField(props: FieldsProps) {
  const { view, form, model } = props;
  const { draft } = view.session;
  const error = draft.error.value;
  const choice = { ...props, draft, value: draft.duration.value };
  const field = { view: view.id, name: "duration", label: strings.length, error } as const;
  if (model.durations.length === 0) return <Labelled {...field}>{<DurationStepper {...choice} />}</Labelled>;
  if (model.durations.length <= MAX_CHIPS && !view.isNarrow.value) {
    return (
      <Labelled {...field} group>
        <DurationChips {...choice} />
      </Labelled>
    );
  }
  return (
    <Labelled {...field}>
      <Select
        attributes={fieldAttributes(view.id, "duration", error)}
        value={choice.value}
        options={model.durations.map((duration) => [String(duration), isolate(format.seconds(duration))])}
        onPick={(value) => draft.set("duration", value, form)}
      />
    </Labelled>
  );
}

/** A rectangle with the aspect ratio of a size, as large as an icon. */
function AspectRatioIcon({ size }: { size: string }) {
  const [width, height] = format.dimensions(size) ?? [1, 1];
  const scale = 14 / Math.max(width, height);
  const sides = {
    inlineSize: `${Math.round(width * scale)}px`,
    blockSize: `${Math.round(height * scale)}px`,
  };
  return (
    <span class="videogen-shape" aria-hidden="true">
      <i style={sides} />
    </span>
  );
}

function formatSize(size: string): string {
  const shape = format.aspectRatio(size);
  return isolate(shape === null ? format.size(size) : `${format.size(size)} · ${shape}`);
}

export function SizeField({ view, form, model }: FieldsProps) {
  const { draft } = view.session;
  const error = draft.error.value;
  const size = draft.size.value;
  const offered = model.sizes.includes(size) || size === "" ? model.sizes : [...model.sizes, size];
  if (model.sizes.length === 0)
    return <TextField view={view} form={form} name="size" placeholder="1280x720" />;
  return (
    <Labelled view={view.id} name="size" label={strings.size} error={error}>
      <Select
        attributes={fieldAttributes(view.id, "size", error)}
        value={size}
        options={offered.map((one) => [one, formatSize(one)])}
        glyph={<AspectRatioIcon size={size} />}
        onPick={(value) => draft.set("size", value, form)}
      />
    </Labelled>
  );
}

interface TextFieldProps {
  readonly view: View;
  readonly form: FormView;
  readonly name: Field;
  readonly placeholder?: string | undefined;
}

/** A field with a one-line text box. */
export function TextField({ view, form, name, placeholder }: TextFieldProps) {
  const { draft } = view.session;
  const error = draft.error.value;
  return (
    <Labelled view={view.id} name={name} label={getLabel(name)} error={error}>
      <input
        {...fieldAttributes(view.id, name, error)}
        class="videogen-text"
        type="text"
        autoComplete="off"
        dir="auto"
        placeholder={placeholder ?? strings.chosenByModel}
        value={draft.get(name).value}
        onInput={(event) => draft.set(name, event.currentTarget.value, form)}
      />
    </Labelled>
  );
}

interface SelectFieldProps extends TextFieldProps {
  readonly options: readonly (readonly [value: string, text: string])[];
}

/** A field with a select: the given options, and Auto. */
function SelectField({ view, form, name, options }: SelectFieldProps) {
  const { draft } = view.session;
  const error = draft.error.value;
  const value = draft.get(name).value;
  // What another model offers stays visible, so that it can be seen why the request is refused.
  const other = value === "" || options.some(([offered]) => offered === value) ? [] : labelOptions([value]);
  return (
    <Labelled view={view.id} name={name} label={getLabel(name)} error={error}>
      <Select
        attributes={fieldAttributes(view.id, name, error)}
        value={value}
        options={[["", strings.chosenByModel], ...options, ...other]}
        onPick={(value) => draft.set(name, value, form)}
      />
    </Labelled>
  );
}

const labelOptions = (values: readonly string[]) => values.map((value) => [value, isolate(value)] as const);
const booleanOptions = [
  ["yes", strings.on],
  ["no", strings.off],
] as const;

/** Settings that the form shows elsewhere, or in a way of their own. */
const ownPlaces: readonly Field[] = ["duration", "size", "seed"];
/** What stands in a box that is empty, where that is not the model's choice. */
const placeholders: Partial<Record<Field, string>> = { negative: "", n: "1" };

interface SettingFieldProps extends TextFieldProps {
  readonly kind: (typeof settings)[number]["kind"];
  readonly options: readonly string[];
}

/** A setting by its kind: a switch, a choice, or a box. */
function SettingField({ kind, options, ...rest }: SettingFieldProps) {
  if (kind === "boolean") return <SelectField {...rest} options={booleanOptions} />;
  if (options.length > 0) return <SelectField {...rest} options={labelOptions(options)} />;
  return <TextField {...rest} placeholder={placeholders[rest.name]} />;
}

/** The fields of the More section that the model takes. */
export function MoreFields({ view, form, model }: FieldsProps) {
  const takes = (name: string) => model.takes.includes(name);
  const common = { view, form };
  const offered: Partial<Record<Field, readonly string[]>> = {
    aspect: model.aspects,
    resolution: model.resolutions,
  };
  return (
    <div class="videogen-more-fields">
      {settings
        .filter(({ name }) => takes(name) && !ownPlaces.includes(name) && (name !== "n" || model.most > 1))
        .map(({ name, kind }) => (
          <SettingField key={name} {...common} name={name} kind={kind} options={offered[name] ?? []} />
        ))}
      {takes("seed") && <SeedField view={view} form={form} model={model} />}
      {!form.simulated && (
        <TextField
          {...common}
          name="extra"
          placeholder={model.inputs.length > 0 ? '{"12.steps": 8}' : '{"key": 1}'}
        />
      )}
      <WorkflowInputs {...common} inputs={model.inputs} />
    </div>
  );
}

const randomSeed = (largest: number) => String(Math.floor(Math.random() * (largest + 1)));

export function SeedField({ view, form, model }: FieldsProps) {
  const { draft } = view.session;
  const error = draft.error.value;
  return (
    <Labelled view={view.id} name="seed" label={strings.seed} error={error}>
      <span class="videogen-seed">
        <input
          {...fieldAttributes(view.id, "seed", error)}
          type="text"
          inputMode="numeric"
          autoComplete="off"
          dir="ltr"
          placeholder={strings.seedEmpty}
          value={draft.seed.value}
          onInput={(event) => draft.set("seed", event.currentTarget.value, form)}
        />
        <button
          type="button"
          class="videogen-button is-icon"
          aria-label={strings.dice}
          title={strings.dice}
          onClick={() => draft.set("seed", randomSeed(model.largest_seed), form)}
        >
          <Icon name="dice" />
        </button>
      </span>
    </Labelled>
  );
}

/** The summary of the More section: what is set in it. */
export function MoreSummary({ seed, set }: { seed: string; set: number }) {
  const facts = [
    seed === "" ? "" : fill(strings.seedFact, { seed }),
    set > 0 ? fill(strings.moreSet, { count: String(set) }) : "",
  ].filter(Boolean);
  const text = facts.join(" · ") || strings.moreList;
  return (
    <summary>
      <Icon name="right" />
      <span>
        <b>{strings.more}:</b> {text}
      </span>
    </summary>
  );
}
