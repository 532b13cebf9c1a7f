/** Draws what lies over the form and its result, or over a card. */

import type { FormView } from "../kernel/protocol.gen";
import type { Overlay, View } from "../state/view";
import { Clips } from "./clips";
import { Models } from "./models";
import { Servers } from "./servers";

interface CoverProps {
  readonly view: View;
  readonly form: FormView | null;
  readonly overlay: Overlay;
  /** Moves the focus to a field of the form. */
  readonly onFocus: (field: string) => void;
}

export function Cover({ view, form, overlay, onFocus }: CoverProps) {
  const close = (field: string) => {
    view.overlay.value = null;
    setTimeout(() => onFocus(field)); // what is below can take the focus then
  };
  if (overlay.kind === "clips") return <Clips view={view} job={overlay.job} onClose={() => close("")} />;
  if (form === null) return null;
  return overlay.kind === "models" ? (
    <Models key={form.provider} view={view} form={form} found={overlay.found} onClose={close} />
  ) : (
    <Servers view={view} form={form} onClose={close} />
  );
}
