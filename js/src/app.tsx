/** The whole widget: a form, its result and the history; the result alone as a card; or clips side by side. */

import { useRef } from "preact/hooks";
import { Icon, LocalMark, Mark } from "./components/icons";
import { Form, focusField } from "./form/form";
import { Compare } from "./history/compare";
import { Strip } from "./history/history-strip";
import { isOpen } from "./kernel/job-state";
import type { FormView } from "./kernel/protocol.gen";
import { Result } from "./result/result";
import type { Scene } from "./state/appearance";
import { isField } from "./state/request-draft";
import type { View } from "./state/view";
import { useSituation } from "./state/view-state";
import { words } from "./text/strings";

function Head({ form }: { form: FormView }) {
  const hasKey = form.providers.some(({ name, key }) => name === form.provider && key !== "");
  return (
    <div class="videogen-head">
      <span class="videogen-name">
        <Mark />
        {words.name}
      </span>
      <span class="videogen-provider">
        {form.simulated ? <LocalMark /> : hasKey && <Icon name="key" />}
        <bdi>{form.provider_label}</bdi>
      </span>
    </div>
  );
}

/** Where the answer was lost, the filled button would charge twice by reflex: there it is not filled. */
const unsafe = new Set<Scene>(["unknown_outcome", "gone", "detached", "unreachable", "expired"]);

/** The form with its result, or the result alone. */
function Desk({ view }: { view: View }) {
  const body = useRef<HTMLDivElement>(null);
  const form = view.session.host.form.value;
  const situation = useSituation(view);
  const { job, scene } = situation;
  const hasFix = scene === "failed" && isField(job?.error?.field);
  const isPrimary = !(job && isOpen(job)) && !unsafe.has(scene) && !hasFix;
  const onFix = (field: string) => focusField(body.current, view, field);
  return (
    <div ref={body} class={form ? "videogen-body" : "videogen-card"}>
      {form && <Form view={view} form={form} isPrimary={isPrimary} />}
      <Result {...situation} view={view} form={form} onFix={onFix} />
    </div>
  );
}

export function App({ view }: { view: View }) {
  const { host, library } = view.session;
  const form = host.form.value;
  const compared = host.compared.value;
  if (compared) return <Compare view={view} jobs={compared} />;
  const picked = library.comparable.value;
  const onClose = () => {
    view.comparing.value = false;
  };
  return (
    <>
      {form && <Head form={form} />}
      {view.comparing.value && picked.length > 1 ? (
        <Compare key={picked.map(({ id }) => id).join(" ")} view={view} jobs={picked} onClose={onClose} />
      ) : (
        <Desk view={view} />
      )}
      {form && !form.guest && <Strip view={view} />}
    </>
  );
}
