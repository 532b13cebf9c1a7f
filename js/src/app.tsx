/** The whole widget: a form and its result, or the result alone as the card under a cell. */

import { useRef } from "preact/hooks";
import { isField } from "./draft";
import { Form, focusField } from "./form";
import { LocalMark, Mark } from "./icons";
import type { FormView } from "./protocol.gen";
import { Result } from "./result";
import { useSituation } from "./situation";
import { isOpen, type Scene } from "./states";
import { words } from "./strings";
import type { View } from "./view";

function Head({ form }: { form: FormView }) {
  return (
    <div class="videogen-head">
      <span class="videogen-name">
        <Mark />
        {words.name}
      </span>
      <span class="videogen-provider">
        {form.simulated && <LocalMark />}
        <bdi>{form.provider_label}</bdi>
      </span>
    </div>
  );
}

/** Where the answer was lost, the filled button would charge twice by reflex: there it is not filled. */
const unsafe = new Set<Scene>(["unknown_outcome", "gone", "detached", "unreachable", "expired"]);

export function App({ view }: { view: View }) {
  const { host } = view.session;
  const body = useRef<HTMLDivElement>(null);
  const form = host.form.value;
  const situation = useSituation(view.session);
  const { job, scene } = situation;
  const hasFix = scene === "failed" && isField(job?.error?.field);
  const isPrimary = !(job && isOpen(job)) && !unsafe.has(scene) && !hasFix;
  const onFix = (field: string) => focusField(body.current, view, field);
  return (
    <>
      {form && <Head form={form} />}
      <div ref={body} class={form ? "videogen-body" : "videogen-card"}>
        {form && <Form view={view} form={form} isPrimary={isPrimary} />}
        <Result {...situation} view={view} form={form} onFix={onFix} />
      </div>
    </>
  );
}
