/** What the form holds before it is sent. One per model: two views show the same words, each with its own focus. */

import { batch, type Signal, signal } from "@preact/signals";
import type { FormView, ModelView, RequestView } from "../kernel/protocol.gen";
import { integer } from "../text/format";
import { strings } from "../text/strings";
import { fill } from "../text/template";
import { type Attachments, isMediaField, type MediaField, mediaFields } from "./attachments";

export const PROMPT_LIMIT = 32_000;
export const LARGEST_SEED = 4_294_967_295;

/** The request's fields that the form shows, in the order of the form. */
export const fields = [
  "prompt",
  "model",
  "duration",
  "size",
  "aspect",
  "resolution",
  "negative",
  "n",
  "fps",
  "seed",
  "sound",
  "draft",
  "enhance",
  "extra",
] as const;
export type Field = (typeof fields)[number];
/** What a flaw may be about: a box of the form, or a tile. */
export type FieldName = Field | MediaField;
export const isField = (name: string | null | undefined): name is FieldName =>
  fields.includes(name as Field) || isMediaField(name);

/** Yes, no, or the model's own choice. */
export const booleanFields = ["sound", "draft", "enhance"] as const;
const parseBoolean = (value: string): boolean | null => (value === "" ? null : value === "yes");
const formatBoolean = (value: boolean | null): string => (value === null ? "" : value ? "yes" : "no");

export interface FieldError {
  readonly field: FieldName;
  readonly message: string;
}

const createSignals = (): Record<Field, Signal<string>> =>
  Object.fromEntries(fields.map((field) => [field, signal("")])) as Record<Field, Signal<string>>;

export class Draft {
  /** Kept as typed, so that half-typed numbers are not corrected under the cursor. */
  readonly #values = createSignals();
  /** The one field to look at, until it is edited. */
  readonly error = signal<FieldError | null>(null);
  /** How the start image is made the size that is asked for; empty leaves it as it is. */
  readonly imageFit = signal<"" | NonNullable<RequestView["applyModel"]>>("");

  constructor(readonly attachments: Attachments) {}

  /** One field as it stands. */
  get(field: Field): Signal<string> {
    return this.#values[field];
  }
  get prompt(): Signal<string> {
    return this.#values.prompt;
  }
  get model(): Signal<string> {
    return this.#values.model;
  }
  get duration(): Signal<string> {
    return this.#values.duration;
  }
  get size(): Signal<string> {
    return this.#values.size;
  }
  get seed(): Signal<string> {
    return this.#values.seed;
  }

  /** Take over a whole request; without its seed it asks for something like it. */
  load(form: FormView, buildRequest: RequestView = form.start, { seed = true } = {}): void {
    batch(() => {
      for (const field of fields) {
        const value = buildRequest[field];
        this.#values[field].value =
          typeof value === "boolean" || value === null ? formatBoolean(value) : String(value);
      }
      if (!seed) this.seed.value = "";
      this.imageFit.value = buildRequest.applyModel ?? "";
      this.attachments.load(buildRequest);
      this.error.value = null;
      if (!this.getModel(form)) this.model.value = form.models[0]?.id ?? "";
      this.fit(form);
    });
  }

  /** Edit one field, which also forgives it. */
  set(field: Field, value: string, form: FormView): void {
    batch(() => {
      this.#values[field].value = value;
      if (field === "model") this.fit(form);
      this.clearError(field);
    });
  }

  /** A field that was edited is not blamed any more. */
  clearError(field: FieldName): void {
    if (this.error.peek()?.field === field) this.error.value = null;
  }

  /** What the chosen model can do; a name that nobody listed is taken for any other of its service. */
  getModel(form: FormView): ModelView | null {
    const name = this.model.value.trim();
    const listed = form.models.find(({ id }) => id === name);
    if (listed || form.other === null) return listed ?? form.models[0] ?? null;
    if (name === "") return form.models[0] ?? { ...form.other, title: "" };
    return { ...form.other, id: name, title: name };
  }

  /** Lengths and sizes that the model does not offer fall back to its default. */
  fit(form: FormView): void {
    const model = this.getModel(form);
    if (model === null) return;
    const { duration, size } = this;
    if (duration.peek() !== "" && !offersDuration(model, Number(duration.peek()))) duration.value = "";
    if (duration.peek() === "") duration.value = String(model.default_duration ?? "");
    if (!offersSize(model, size.peek())) size.value = model.default_size;
  }

  /** The first thing wrong that needs no kernel to see. */
  check(form: FormView): FieldError | null {
    const model = this.getModel(form);
    const prompt = this.prompt.peek();
    if (prompt.trim() === "") return { field: "prompt", message: strings.needPrompt };
    if (prompt.length > PROMPT_LIMIT) {
      return { field: "prompt", message: fill(strings.longPrompt, { limit: integer(PROMPT_LIMIT) }) };
    }
    if (model === null) return { field: "model", message: strings.needModel };
    const length = this.duration.peek();
    if (
      (length !== "" || model.default_duration !== null) &&
      !offersDuration(model, Number(length || Number.NaN))
    ) {
      const values = { shortest: integer(model.shortest), longest: integer(model.longest) };
      return { field: "duration", message: fill(strings.needLength, values) };
    }
    return this.#checkNumbers(model) ?? this.#checkExtra() ?? this.#checkMedia(model);
  }

  #checkNumbers(model: ModelView): FieldError | null {
    const limits = [
      ["seed", 0, LARGEST_SEED, strings.needSeed],
      ["n", 1, model.most, strings.needCount],
      ["fps", model.slowest_fps, model.fastest_fps, strings.needFps],
    ] as const;
    for (const [field, least, most, message] of limits) {
      const text = this.get(field).peek().trim();
      const isFine = text === "" || (/^\d+$/.test(text) && Number(text) >= least && Number(text) <= most);
      if (isFine || !model.takes.includes(field)) continue;
      return { field, message: fill(message, { least: integer(least), largest: integer(most) }) };
    }
    return null;
  }

  #checkExtra(): FieldError | null {
    const text = this.get("extra").peek().trim();
    if (text === "") return null;
    try {
      const value: unknown = JSON.parse(text);
      if (value !== null && typeof value === "object" && !Array.isArray(value)) return null;
    } catch {}
    return { field: "extra", message: strings.needObject };
  }

  #checkMedia(model: ModelView): FieldError | null {
    const field = mediaFields.find(
      (name) => model.takes.includes(name) && this.attachments.findUnsent(name) !== null,
    );
    if (field === undefined) return null;
    const { name, error } = this.attachments.findUnsent(field) ?? { name: "", error: null };
    return { field, message: error ?? fill(strings.needUpload, { name }) };
  }

  /** Values that are kept in the form, though the chosen model does not take them. */
  findUnused(form: FormView): readonly FieldName[] {
    const model = this.getModel(form);
    const always = new Set<string>(["prompt", "model", "duration", "size", "extra", ...(model?.takes ?? [])]);
    const plain = fields.filter((field) => !always.has(field) && this.get(field).value !== "");
    return [
      ...plain,
      ...mediaFields.filter((field) => !always.has(field) && this.attachments.of(field).value.length > 0),
    ];
  }

  /** What is sent: only what the model takes; the rest stays in the form for another model. */
  request(form: FormView): RequestView {
    const takes = this.getModel(form)?.takes ?? [];
    const text = (field: Field) => (takes.includes(field) ? this.get(field).peek().trim() || null : null);
    const number = (field: Field) => {
      const value = text(field);
      return value === null ? null : Number(value);
    };
    return {
      ...empty,
      prompt: this.prompt.peek(),
      model: this.model.peek().trim(),
      duration: Number(this.duration.peek()) || null,
      size: this.size.peek().trim() || null,
      aspect: text("aspect"),
      resolution: text("resolution"),
      negative: text("negative"),
      n: number("n"),
      fps: number("fps"),
      seed: number("seed"),
      sound: parseBoolean(text("sound") ?? ""),
      draft: parseBoolean(text("draft") ?? ""),
      enhance: parseBoolean(text("enhance") ?? ""),
      extra: this.get("extra").peek().trim(),
      ...this.attachments.request(takes),
      applyModel:
        (takes.includes("image") && this.attachments.of("image").peek().length > 0 && this.imageFit.peek()) ||
        null,
    };
  }
}

/** A request that leaves everything to the model. */
export const empty: RequestView = {
  prompt: "",
  model: "",
  duration: null,
  size: null,
  aspect: null,
  resolution: null,
  fps: null,
  seed: null,
  n: null,
  negative: null,
  image: null,
  last_frame: null,
  references: [],
  audio: null,
  video: null,
  sound: null,
  draft: null,
  enhance: null,
  extra: "",
  applyModel: null,
};

function offersSize(model: ModelView, size: string): boolean {
  return model.sizes.length === 0 || model.sizes.includes(size) || (model.any_size && size !== "");
}

function offersDuration(model: ModelView, duration: number): boolean {
  if (model.durations.length > 0) return model.durations.includes(duration);
  return Number.isInteger(duration) && duration >= model.shortest && duration <= model.longest;
}
