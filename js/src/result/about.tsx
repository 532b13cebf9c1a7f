/** What a result is of: its prompt, notes about it, and prompts to try instead. Its box keeps its height, and scrolls. */

import { useMoment, writeClipboard } from "../components/clipboard";
import { CopiedLabel } from "../components/copied-label";
import { useRoving } from "../components/roving";
import { findHost } from "../kernel/host";
import { isOpen } from "../kernel/job-state";
import type { FormView, JobView } from "../kernel/protocol.gen";
import type { View } from "../state/view";
import { strings } from "../text/strings";
import { fill } from "../text/template";
import { Warnings } from "./error-details";
import { Examples } from "./placeholder";
import { PromptText } from "./prompt-text";

/** What a job needs of its kernel while it is made; one that is answered in one go says so itself. */
function describeNeed({ session }: View, job: JobView): readonly string[] {
  const isWatched = isOpen(job) && !job.detached && !session.connection.disconnected.value;
  if (!isWatched || !job.needs_kernel || job.synchronous) return [];
  return [fill(strings.needsKernel, { provider: job.provider })];
}

interface AboutProps {
  readonly view: View;
  readonly form: FormView | null;
  readonly job: JobView | null;
  /** Put a prompt in the form, and the focus too. */
  readonly onUse: (prompt: string) => void;
}

interface SuggestionProps extends AboutProps {
  readonly job: JobView;
  readonly prompt: string;
}

/** A prompt to try: it goes into the form; without one, into a cell below that asks as the job did, or to the clipboard. */
function Suggestion({ view, form, job, prompt, onUse }: SuggestionProps) {
  const [isCopied, sayCopied] = useMoment();
  const insert = async (button: Element) => {
    const request = { ...job.request, prompt, seed: null };
    const ack = await view.session.connection.ask({ type: "code", language: "magic", request });
    if (!ack?.text || findHost().insertBelow?.(button, ack.text)) return;
    if (await writeClipboard(ack.text)) sayCopied();
  };
  return (
    <button
      type="button"
      class="videogen-fact"
      onClick={({ currentTarget }) => (form ? onUse(prompt) : void insert(currentTarget))}
    >
      <CopiedLabel isCopied={isCopied}>
        <bdi>{prompt}</bdi>
      </CopiedLabel>
    </button>
  );
}

function Suggestions(props: AboutProps & { readonly job: JobView }) {
  const roving = useRoving();
  return (
    <div class="videogen-suggestions" role="toolbar" aria-label={strings.tryOne} {...roving}>
      {props.job.suggestions.map((prompt) => (
        <Suggestion {...props} key={prompt} prompt={prompt} />
      ))}
    </div>
  );
}

export function About(props: AboutProps) {
  const { view, form, job, onUse } = props;
  const isDrawn = job?.simulated ?? form?.simulated ?? false;
  return (
    <div key={job ? "of a job" : "of none"} class="videogen-about" data-drawn={isDrawn}>
      {job === null && form && <Examples view={view} form={form} />}
      {job && (
        <div class="videogen-asked">
          <PromptText id={`${view.id}-prompt-of-job`} prompt={job.prompt} isWhole={form !== null} />
          {form && !view.session.connection.server && (
            <button type="button" class="videogen-button is-subtle" onClick={() => onUse(job.prompt)}>
              {strings.usePrompt}
            </button>
          )}
        </div>
      )}
      {job && (
        <div class="videogen-noted">
          <Warnings warnings={[...job.warnings, ...describeNeed(view, job)]} />
          {job.suggestions.length > 0 && !view.session.connection.server && (
            <Suggestions {...props} job={job} />
          )}
        </div>
      )}
    </div>
  );
}
