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
}

export function Cover({ view, form, overlay }: CoverProps) {
  const close = () => {
    view.overlay.value = null;
  };
  /** What is below takes the focus. */
  const closeFor = (field: string) => {
    close();
    view.wantedField.value = field;
  };
  if (overlay.kind === "clips") return <Clips view={view} job={overlay.job} onClose={close} />;
  if (form === null) return null;
  return overlay.kind === "models" ? (
    <Models key={form.provider} view={view} form={form} found={overlay.found} onClose={closeFor} />
  ) : (
    <Servers view={view} form={form} onClose={closeFor} />
  );
}
