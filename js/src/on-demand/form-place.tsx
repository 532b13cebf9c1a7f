/** The place of the form. It has its height from the first moment; the form comes from the kernel, without which it is no use. */

import { FormVeil } from "../components/form-veil";
import type { FormView } from "../kernel/protocol.gen";
import { isMediaField, type MediaField } from "../state/attachments";
import type { View } from "../state/view";
import type { Modules } from "./load-module";

/** As high as the form will be: its rows by their kinds, media beside each other, the prompt with all its lines. */
function FormGhost({ view, form }: { view: View; form: FormView }) {
  const { draft, attachments } = view.session;
  const takes = draft.getModel(form)?.takes;
  const isUnready = form.providers.some(({ name, ready }) => name === form.provider && !ready);
  const media = takes?.filter(isMediaField) ?? [];
  const isSet = (field: MediaField) => attachments.of(field).value.length > 0;
  return (
    <div class="videogen-form-ghost" aria-hidden="true">
      {/* A line that is still empty has its height, too. */}
      <p>{`${draft.prompt.value} `}</p>
      <i data-row={isUnready ? "unready" : "fields"} />
      {(takes?.includes("duration") || takes?.includes("size")) && <i data-row="fields" />}
      {media.length > 0 && (
        <div>
          {media.map((field) => (
            <i key={field} data-row={isSet(field) ? (field === "image" ? "fitted" : "set") : "tile"} />
          ))}
        </div>
      )}
      {takes && <i data-row="more" />}
      <i data-row="end" />
    </div>
  );
}

interface FormPlaceProps {
  readonly view: View;
  readonly form: FormView;
  readonly parts: Modules["parts"] | null;
  readonly isPrimary: boolean;
  readonly isCovered: boolean;
}

export function FormPlace({ view, form, parts, isPrimary, isCovered }: FormPlaceProps) {
  const isAway = view.session.connection.disconnected.value;
  return (
    <>
      <div class="videogen-form-area" inert={isAway || isCovered}>
        {parts ? (
          <parts.Form view={view} form={form} isPrimary={isPrimary && !isAway} />
        ) : (
          <FormGhost view={view} form={form} />
        )}
      </div>
      {isAway && <FormVeil view={view} />}
    </>
  );
}
