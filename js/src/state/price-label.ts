/** What stands on a button that spends. */

import type { FormView, RequestView } from "../kernel/protocol.gen";
import * as format from "../text/format";
import { strings } from "../text/strings";
import { fill } from "../text/template";
import { estimateCost } from "./prices";

/** The words of a button that spends: with what it is expected to cost. */
export function addPrice(act: string, form: FormView, request: RequestView): string {
  if (form.free) return fill(strings.unpaid, { act });
  const name = request.model || form.models[0]?.id;
  const model = form.models.find(({ id }) => id === name);
  const cost = model ? estimateCost(request, model) : null;
  const isPriced = cost !== null && cost >= 0; // NaN while the length is not a number
  return isPriced ? fill(strings.priced, { act, cost: format.dollars(cost) }) : act;
}
