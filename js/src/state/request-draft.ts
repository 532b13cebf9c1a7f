/** The request that is edited in the form. One per model: all views show the same values. */

import { batch, type Signal, signal } from "@preact/signals";
import { type FormView, type ModelView, type RequestView, settings } from "../kernel/protocol.gen";
import { strings } from "../text/strings";
import { type Attachments, isMediaField, type MediaField, mediaFields } from "./attachments";
import { supportsDuration, supportsSize } from "./limits";

export type Setting = (typeof settings)[number]["name"];
export type Field = "prompt" | "model" | Setting | "extra";
/** The request's fields without media. */
export const fields: readonly Field[] = ["prompt", "model", ...settings.map(({ name }) => name), "extra"];
/** What an error can be about: a field, or a media tile. */
export type FieldName = Field | MediaField;
export const isField = (name: string | null | undefined): name is FieldName =>
  fields.includes(name as Field) || isMediaField(name);

export interface FieldError {
  readonly field: FieldName;
  readonly message: string;
}

const parseBoolean = (value: string): boolean | null => (value === "" ? null : value === "yes");
/** The value of a setting as it is sent; empty leaves it to the model. */
function parseSetting(
  kind: (typeof settings)[number]["kind"],
  text: string,
): string | number | boolean | null {
  if (kind === "boolean") return parseBoolean(text);
  if (text === "") return null;
  return kind === "number" ? Number(text) : text;
}
const formatBoolean = (value: boolean | null): string => (value === null ? "" : value ? "yes" : "no");

/** The label of a field. */
export function getLabel(name: FieldName): string {
  if (isMediaField(name)) return strings.media[name];
  const texts: Partial<Record<string, unknown>> = strings;
  const text = texts[name === "duration" ? "length" : name];
  return typeof text === "string" ? text : (settings.find((setting) => setting.name === name)?.label ?? name);
}

const createSignals = (): Record<Field, Signal<string>> =>
  Object.fromEntries(fields.map((field) => [field, signal("")])) as Record<Field, Signal<string>>;

export class Draft {
  /** Values as typed, so that a half-typed number is not changed under the cursor. */
  readonly #values = createSignals();
  /** The field with an error, until it is edited. */
  readonly error = signal<FieldError | null>(null);
  /** How the start image is fitted to the requested size; empty leaves it as it is. */
  readonly imageFit = signal<"" | NonNullable<RequestView["fit"]>>("");

  constructor(readonly attachments: Attachments) {}

  readonly #replaced = signal<{ readonly before: string; readonly after: string } | null>(null);
  /** The prompt that was replaced by a click, until the new one is edited; null where nothing is lost. */
  get replaced(): string | null {
    const { before, after } = this.#replaced.value ?? {};
    return before !== undefined && after === this.prompt.value ? before : null;
  }

  /** Put a prompt in place of what was typed, which can be undone. */
  usePrompt(text: string, form: FormView): void {
    this.#keepReplaced(text);
    this.set("prompt", text, form);
  }

  #keepReplaced(after: string): void {
    const before = this.prompt.peek();
    if (before !== after) this.#replaced.value = before.trim() === "" ? null : { before, after };
  }

  /** The value of a field. */
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

  /** Load a whole request; without its seed it makes a variation. */
  load(form: FormView, request: RequestView = form.start, { seed = true } = {}): void {
    batch(() => {
      this.#keepReplaced(request.prompt);
      for (const field of fields) {
        const value = request[field];
        this.#values[field].value =
          typeof value === "boolean" || value === null ? formatBoolean(value) : String(value);
      }
      if (!seed) this.seed.value = "";
      this.imageFit.value = request.fit ?? "";
      this.attachments.load(request);
      this.error.value = null;
      if (!this.getModel(form)) this.model.value = form.models[0]?.id ?? "";
      this.applyModel(form);
    });
  }

  /** Set a field and clear its error. */
  set(field: Field, value: string, form: FormView): void {
    batch(() => {
      this.#values[field].value = value;
      if (field === "model") this.applyModel(form);
      this.clearError(field);
    });
  }

  /** Clear the error of a field. */
  clearError(field: FieldName): void {
    if (this.error.peek()?.field === field) this.error.value = null;
  }

  /** The chosen model; an unlisted name is described by `other` of the form. */
  getModel(form: FormView): ModelView | null {
    const name = this.model.value.trim();
    const listed = form.models.find(({ id }) => id === name);
    if (listed || form.other === null) return listed ?? form.models[0] ?? null;
    if (name === "") return form.models[0] ?? { ...form.other, title: "" };
    return { ...form.other, id: name, title: name };
  }

  /** Take the model that is shown, and replace a length and a size that it does not make by its defaults. */
  applyModel(form: FormView): void {
    const model = this.getModel(form);
    if (model === null) return;
    const { duration, size } = this;
    if (form.other === null) this.model.value = model.id;
    if (duration.peek() !== "" && !supportsDuration(Number(duration.peek()), model)) duration.value = "";
    if (duration.peek() === "") duration.value = String(model.default_duration ?? "");
    if (!supportsSize(size.peek(), model)) size.value = model.default_size ?? "";
  }

  /** The fields that have a value which the chosen model does not take. */
  findUnused(form: FormView): readonly FieldName[] {
    const model = this.getModel(form);
    const always = new Set<string>(["prompt", "model", "duration", "size", "extra", ...(model?.takes ?? [])]);
    const plain = fields.filter((field) => !always.has(field) && this.get(field).value !== "");
    return [
      ...plain,
      ...mediaFields.filter((field) => !always.has(field) && this.attachments.of(field).value.length > 0),
    ];
  }

  /** Build the request: only what the model takes; other values stay in the form for another model. */
  buildRequest(form: FormView): RequestView {
    const takes = this.getModel(form)?.takes ?? [];
    const text = (field: Field) => (takes.includes(field) ? this.get(field).value.trim() : "");
    const values = settings.map(({ name, kind }) => [name, parseSetting(kind, text(name))]);
    return {
      ...empty,
      prompt: this.prompt.value,
      model: this.model.value.trim(),
      ...(Object.fromEntries(values) as Pick<RequestView, Setting>),
      extra: this.get("extra").value.trim(),
      ...this.attachments.request(takes),
      fit:
        (takes.includes("image") && this.attachments.of("image").value.length > 0 && this.imageFit.value) ||
        null,
    };
  }
}

/** A request that leaves everything to the model's defaults. */
export const empty: RequestView = {
  ...(Object.fromEntries(settings.map(({ name }) => [name, null])) as Pick<RequestView, Setting>),
  prompt: "",
  model: "",
  image: null,
  last_frame: null,
  references: [],
  audio: null,
  video: null,
  extra: "",
  fit: null,
};
