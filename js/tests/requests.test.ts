/** The page's half of the cases that page and kernel share; `tests/catalog/test_request_cases.py` is the kernel's. */

import { expect, test } from "vitest";
import shared from "../../tests/catalog/request_cases.json?raw";
import { validate } from "../src/form/validation";
import type { ModelView, RequestView } from "../src/kernel/protocol.gen";
import { estimateCost } from "../src/state/prices";
import { empty } from "../src/state/request-draft";
import models from "./models.gen.json";

interface Case {
  readonly name: string;
  readonly model: string;
  /** `repeat` is how often the prompt is written. */
  readonly request: Partial<RequestView> & { readonly prompt: string; readonly repeat?: number };
  readonly field?: string;
  readonly message?: string;
  readonly cost?: number | null;
}

const views = models as unknown as Readonly<Record<string, ModelView>>;
const { cases } = JSON.parse(shared) as { cases: readonly Case[] };

test.each(cases)("page and kernel judge alike: $name", ({ model, request, field, message, cost }) => {
  const { repeat = 1, ...given } = request;
  const asked = { ...empty, ...given, prompt: given.prompt.repeat(repeat) };
  const view = views[model] as ModelView;
  const error = validate(asked, view);
  expect(error).toEqual(message === undefined ? null : { field, message });
  if (message === undefined) expect(estimateCost(asked, view)).toBe(cost);
});
