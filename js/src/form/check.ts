/** What keeps a form from being sent: a value that can't be sent as it is typed, else what the kernel would refuse. */

import type { FormView, ModelView } from "../kernel/protocol.gen";
import { strings } from "../parts/strings";
import { mediaFields } from "../state/attachments";
import type { Draft, FieldError } from "../state/request-draft";
import { integer } from "../text/format";
import { fill } from "../text/template";
import { validate } from "./validation";

const WHOLE_NUMBER = /^[+-]?\d+$/;

/** The first error, or null. */
export function findError(draft: Draft, form: FormView): FieldError | null {
  const model = draft.getModel(form);
  if (model === null || model.id === "") return { field: "model", message: strings.needModel };
  return (
    checkNumbers(draft, model) ??
    checkExtra(draft) ??
    checkMedia(draft, model) ??
    validate(draft.buildRequest(form), model)
  );
}

function checkNumbers(draft: Draft, model: ModelView): FieldError | null {
  const { needLength, needSeed, needCount, needFps } = strings;
  const messages = { duration: needLength, seed: needSeed, n: needCount, fps: needFps };
  for (const field of ["duration", "seed", "n", "fps"] as const) {
    const text = draft.get(field).peek().trim();
    if (!model.takes.includes(field) || text === "" || WHOLE_NUMBER.test(text)) continue;
    const values = { largest: integer(field === "n" ? model.most : model.largest_seed) };
    return { field, message: fill(messages[field], values) };
  }
  return null;
}

/** The fields in a text that is a JSON object or empty; null for any other text. */
export function readObject(text: string): Readonly<Record<string, unknown>> | null {
  if (text.trim() === "") return {};
  try {
    const value: unknown = JSON.parse(text);
    if (value !== null && typeof value === "object" && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {}
  return null;
}

function checkExtra(draft: Draft): FieldError | null {
  if (readObject(draft.get("extra").peek()) !== null) return null;
  return { field: "extra", message: strings.needObject };
}

function checkMedia({ attachments }: Draft, { takes }: ModelView): FieldError | null {
  const field = mediaFields.find((name) => takes.includes(name) && attachments.findUnsent(name) !== null);
  if (field === undefined) return null;
  const { name, error } = attachments.findUnsent(field) ?? { name: "", error: null };
  return { field, message: error ?? fill(strings.needUpload, { name }) };
}
