/**
 * What the kernel asks or refuses, over the end of the form: nothing moves. A question is answered by a button of its own,
 * which lies away from the one that was pressed, so that a second click says nothing.
 */

import { IconButton } from "../components/button";
import { Icon } from "../components/icons";
import type { RequestType } from "../kernel/connection";
import type { FormView } from "../kernel/protocol.gen";
import { strings } from "../parts/strings";
import { addPrice } from "../state/price-label";
import { isField } from "../state/request-draft";
import type { Session } from "../state/session";
import { Template } from "../text/template";

/** The requests whose refusals are shown in the form. */
export const formRequests: readonly RequestType[] = ["generate", "choose", "recall"];

interface Said {
  readonly message: string;
  readonly next: string;
  /** Answers a question; a refusal has none. */
  readonly answer?: { readonly label: string; readonly onYes: () => void };
}

/** What is to be said, if anything; errors of a field are said there. */
function findSaid(session: Session, form: FormView): Said | null {
  const { connection, untaken } = session;
  const refusal = connection.refusal.value;
  const found = connection.found.value;
  if (refusal && formRequests.includes(refusal.about) && !isField(refusal.error.field)) {
    const { message, next, code } = refusal.error;
    const onYes = () => session.send(refusal.request, { yes: true });
    return code === "confirm"
      ? { message, next: "", answer: { label: strings.spend, onYes } }
      : { message, next };
  }
  if (found?.aside) {
    const label = addPrice(strings.makeAnother, form, found.request);
    const onYes = () => session.send(found, { new: true });
    return { message: strings.foundBefore, next: "", answer: { label, onYes } };
  }
  return untaken.value ? { message: untaken.value, next: "" } : null;
}

interface FormNoticeProps {
  readonly session: Session;
  readonly form: FormView;
  /** Takes the focus of what is closed. */
  readonly onClosed: () => void;
}

/** Its live region is always in the page: one that is inserted together with its text is often not read. */
export function FormNotice({ session, form, onClosed }: FormNoticeProps) {
  const said = findSaid(session, form);
  const close = () => {
    session.dismiss();
    onClosed();
  };
  return (
    <div class="videogen-form-notice" data-open={said !== null} data-asks={said?.answer !== undefined}>
      <div role="alert">
        {said && (
          <p class="videogen-field-error">
            <Icon name={said.answer ? "question" : "alert"} />
            <span>
              <Template parts={["[message]", "[next]"]} values={{ message: said.message, next: said.next }} />
            </span>
          </p>
        )}
      </div>
      {said?.answer && (
        <button type="button" class="videogen-button is-risky" onClick={said.answer.onYes}>
          {said.answer.label}
        </button>
      )}
      {said && <IconButton bare icon="close" label={strings.closeNotice} onClick={close} />}
    </div>
  );
}
