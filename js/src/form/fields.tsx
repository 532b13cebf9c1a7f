/** Length, size and seed: the choices beside the prompt. */

import { Field as Labelled, Select, wire } from "../components/field";
import { Icon } from "../components/icons";
import type { FormView, ModelView } from "../kernel/protocol.gen";
import { type Draft, type Field, LARGEST_SEED, switches } from "../state/request-draft";
import type { View } from "../state/view";
import * as format from "../text/format";
import { words } from "../text/strings";
import { fill, Say } from "../text/template";

/** More chips than this are a list. */
const MOST_CHIPS = 5;
/** A longest length like this says that nobody knows it. */
const UNKNOWN_LENGTH = 3600;
/** Keeps a number left to right where markup is not possible. */
const isolate = (text: string) => `\u2066${text}\u2069`;

export interface ChoiceProps {
  readonly view: View;
  readonly form: FormView;
  readonly model: ModelView;
}

interface Choice extends ChoiceProps {
  readonly draft: Draft;
  readonly value: string;
}

function Chips({ view, form, model, draft, value }: Choice) {
  const { name, ...wiring } = wire(view.id, "duration", draft.flaw.value);
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

function Stepper({ view, form, model, draft, value }: Choice) {
  const values = { shortest: format.whole(model.shortest), longest: format.whole(model.longest) };
  return (
    <span class="videogen-stepper">
      <input
        {...wire(view.id, "duration", draft.flaw.value)}
        type="number"
        min={model.shortest}
        max={model.longest}
        step={1}
        value={value}
        onInput={(event) => draft.set("duration", event.currentTarget.value, form)}
      />
      <span class="videogen-hint">
        {model.longest >= UNKNOWN_LENGTH ? (
          words.chosenByModel
        ) : (
          <Say parts={[words.range]} values={values} />
        )}
      </span>
    </span>
  );
}

export function Length(props: ChoiceProps) {
  const { view, form, model } = props;
  const { draft } = view.session;
  const flaw = draft.flaw.value;
  const choice = { ...props, draft, value: draft.duration.value };
  const field = { view: view.id, name: "duration", label: words.length, flaw } as const;
  if (model.durations.length === 0) return <Labelled {...field}>{<Stepper {...choice} />}</Labelled>;
  if (model.durations.length <= MOST_CHIPS && !view.isNarrow.value) {
    return (
      <Labelled {...field} group>
        <Chips {...choice} />
      </Labelled>
    );
  }
  return (
    <Labelled {...field}>
      <Select
        wiring={wire(view.id, "duration", flaw)}
        value={choice.value}
        options={model.durations.map((duration) => [String(duration), isolate(format.seconds(duration))])}
        onPick={(value) => draft.set("duration", value, form)}
      />
    </Labelled>
  );
}

/** A rectangle of the chosen shape, about as large as an icon. */
function ShapeGlyph({ size }: { size: string }) {
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

function sizeText(size: string): string {
  const shape = format.shape(size);
  return isolate(shape === null ? format.size(size) : `${format.size(size)} · ${shape}`);
}

export function Size({ view, form, model }: ChoiceProps) {
  const { draft } = view.session;
  const flaw = draft.flaw.value;
  const size = draft.size.value;
  const offered = model.sizes.includes(size) || size === "" ? model.sizes : [...model.sizes, size];
  if (model.sizes.length === 0) return <Text view={view} form={form} name="size" placeholder="1280x720" />;
  return (
    <Labelled view={view.id} name="size" label={words.size} flaw={flaw}>
      <Select
        wiring={wire(view.id, "size", flaw)}
        value={size}
        options={offered.map((one) => [one, sizeText(one)])}
        glyph={<ShapeGlyph size={size} />}
        onPick={(value) => draft.set("size", value, form)}
      />
    </Labelled>
  );
}

/** What a field is called. */
export const labelOf = (name: Field): string => words[name === "duration" ? "length" : name];

interface TextProps {
  readonly view: View;
  readonly form: FormView;
  readonly name: Field;
  readonly placeholder?: string;
}

/** A field of one line. */
export function Text({ view, form, name, placeholder }: TextProps) {
  const { draft } = view.session;
  const flaw = draft.flaw.value;
  return (
    <Labelled view={view.id} name={name} label={labelOf(name)} flaw={flaw}>
      <input
        {...wire(view.id, name, flaw)}
        class="videogen-text"
        type="text"
        autoComplete="off"
        dir="auto"
        placeholder={placeholder ?? words.chosenByModel}
        value={draft.of(name).value}
        onInput={(event) => draft.set(name, event.currentTarget.value, form)}
      />
    </Labelled>
  );
}

interface PickProps extends TextProps {
  readonly options: readonly (readonly [value: string, text: string])[];
}

/** A field of few values, and of the model's own choice. */
function Pick({ view, form, name, options }: PickProps) {
  const { draft } = view.session;
  const flaw = draft.flaw.value;
  return (
    <Labelled view={view.id} name={name} label={labelOf(name)} flaw={flaw}>
      <Select
        wiring={wire(view.id, name, flaw)}
        value={draft.of(name).value}
        options={[["", words.chosenByModel], ...options]}
        onPick={(value) => draft.set(name, value, form)}
      />
    </Labelled>
  );
}

const same = (values: readonly string[]) => values.map((value) => [value, isolate(value)] as const);
const yesNo = [
  ["yes", words.on],
  ["no", words.off],
] as const;

/** The settings behind More: those that the model takes. */
export function Further({ view, form, model }: ChoiceProps) {
  const takes = (name: string) => model.takes.includes(name);
  const given = { view, form };
  return (
    <div class="videogen-further">
      {takes("aspect") &&
        (model.aspects.length > 0 ? (
          <Pick {...given} name="aspect" options={same(model.aspects)} />
        ) : (
          <Text {...given} name="aspect" />
        ))}
      {takes("resolution") &&
        (model.resolutions.length > 0 ? (
          <Pick {...given} name="resolution" options={same(model.resolutions)} />
        ) : (
          <Text {...given} name="resolution" />
        ))}
      {takes("negative") && <Text {...given} name="negative" placeholder="" />}
      {takes("n") && model.most > 1 && <Text {...given} name="n" placeholder="1" />}
      {takes("fps") && <Text {...given} name="fps" />}
      {switches.filter(takes).map((name) => (
        <Pick {...given} key={name} name={name} options={yesNo} />
      ))}
      {takes("seed") && <Seed view={view} form={form} model={model} />}
      {!form.simulated && <Text {...given} name="extra" placeholder='{"key": 1}' />}
    </div>
  );
}

const drawSeed = () => String(Math.floor(Math.random() * (LARGEST_SEED + 1)));

export function Seed({ view, form }: ChoiceProps) {
  const { draft } = view.session;
  const flaw = draft.flaw.value;
  return (
    <Labelled view={view.id} name="seed" label={words.seed} flaw={flaw}>
      <span class="videogen-seed">
        <input
          {...wire(view.id, "seed", flaw)}
          type="text"
          inputMode="numeric"
          autoComplete="off"
          dir="ltr"
          placeholder={words.seedEmpty}
          value={draft.seed.value}
          onInput={(event) => draft.set("seed", event.currentTarget.value, form)}
        />
        <button
          type="button"
          class="videogen-button is-icon"
          aria-label={words.dice}
          title={words.dice}
          onClick={() => draft.set("seed", drawSeed(), form)}
        >
          <Icon name="dice" />
        </button>
      </span>
    </Labelled>
  );
}

/** What the folded part holds, told before it is opened. */
export function MoreSummary({ seed, set }: { seed: string; set: number }) {
  const told = [
    seed === "" ? "" : fill(words.seedFact, { seed }),
    set > 0 ? fill(words.moreSet, { count: String(set) }) : "",
  ].filter(Boolean);
  const text = told.join(" · ") || words.moreList;
  return (
    <summary>
      <Icon name="right" />
      <span>
        <b>{words.more}:</b> {text}
      </span>
    </summary>
  );
}
