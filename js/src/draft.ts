/** What the form holds before it is sent. One per model: two views show the same words, each with its own focus. */

import { batch, type Signal, signal } from "@preact/signals";
import { whole } from "./format";
import type { FormView, ModelView, RequestView } from "./protocol.gen";
import { fill } from "./say";
import { words } from "./strings";

export const PROMPT_LIMIT = 32_000;
export const LARGEST_SEED = 4_294_967_295;

/** A request field that the form shows. */
export type Field = "prompt" | "model" | "duration" | "size" | "seed";
export const fields: readonly Field[] = ["prompt", "model", "duration", "size", "seed"];
export const isField = (name: string | null | undefined): name is Field => fields.includes(name as Field);

export interface Flaw {
  readonly field: Field;
  readonly message: string;
}

export class Draft {
  readonly prompt = signal("");
  readonly model = signal("");
  /** Kept as typed, so that half-typed numbers are not corrected under the cursor. */
  readonly duration = signal("");
  readonly size = signal("");
  readonly seed = signal("");
  /** The one field to look at, until it is edited. */
  readonly flaw = signal<Flaw | null>(null);

  load(form: FormView): void {
    const { start } = form;
    batch(() => {
      this.prompt.value = start.prompt;
      this.model.value = form.models.some(({ id }) => id === start.model)
        ? start.model
        : (form.models[0]?.id ?? "");
      this.duration.value = String(start.duration ?? "");
      this.size.value = start.size ?? "";
      this.seed.value = String(start.seed ?? "");
      this.fit(form);
    });
  }

  /** Edit one field, which also forgives it. */
  set(field: Field, value: string, form: FormView): void {
    batch(() => {
      (this[field] as Signal<string>).value = value;
      if (field === "model") this.fit(form);
      if (this.flaw.peek()?.field === field) this.flaw.value = null;
    });
  }

  chosen(form: FormView): ModelView | null {
    return form.models.find(({ id }) => id === this.model.value) ?? form.models[0] ?? null;
  }

  /** What the model does not offer falls back to its default. */
  fit(form: FormView): void {
    const model = this.chosen(form);
    if (model === null) return;
    if (!offers(model, Number(this.duration.peek()))) this.duration.value = String(model.default_duration);
    if (!model.sizes.includes(this.size.peek())) this.size.value = model.default_size;
    if (!model.seed) this.seed.value = "";
  }

  /** The first thing wrong that needs no kernel to see. */
  check(form: FormView): Flaw | null {
    const model = this.chosen(form);
    const prompt = this.prompt.peek();
    const seed = this.seed.peek().trim();
    if (prompt.trim() === "") return { field: "prompt", message: words.needPrompt };
    if (prompt.length > PROMPT_LIMIT) {
      return { field: "prompt", message: fill(words.longPrompt, { limit: whole(PROMPT_LIMIT) }) };
    }
    if (model !== null && !offers(model, Number(this.duration.peek() || Number.NaN))) {
      const values = { shortest: whole(model.shortest), longest: whole(model.longest) };
      return { field: "duration", message: fill(words.needLength, values) };
    }
    if (seed !== "" && !(/^\d+$/.test(seed) && Number(seed) <= LARGEST_SEED)) {
      return { field: "seed", message: fill(words.needSeed, { largest: whole(LARGEST_SEED) }) };
    }
    return null;
  }

  request(): RequestView {
    const seed = this.seed.peek().trim();
    return {
      prompt: this.prompt.peek(),
      model: this.model.peek(),
      duration: Number(this.duration.peek()) || null,
      size: this.size.peek() || null,
      seed: seed === "" ? null : Number(seed),
    };
  }
}

function offers(model: ModelView, duration: number): boolean {
  if (model.durations.length > 0) return model.durations.includes(duration);
  return Number.isInteger(duration) && duration >= model.shortest && duration <= model.longest;
}
