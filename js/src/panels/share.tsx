/** What a clip can be handed out as, and where its file is then. */

import { useState } from "preact/hooks";
import { IconButton } from "../components/button";
import { Icon } from "../components/icons";
import { Menu, openAt } from "../components/menu";
import type { Reply } from "../kernel/connection";
import type { JobView, Share as ShareRequest } from "../kernel/protocol.gen";
import { strings } from "../parts/strings";
import { resolveClipUrl } from "../state/clip-url";
import type { View } from "../state/view";
import { fill, Template } from "../text/template";

type Kind = ShareRequest["kind"];
const kinds: readonly Kind[] = ["html", "gif", "webp"];

/** What came of it so far. */
type Outcome =
  | { readonly state: "writing"; readonly text: string }
  /** `url` is null where the page can't reach the file. */
  | { readonly state: "written"; readonly text: string; readonly name: string; readonly url: string | null }
  | { readonly state: "failed"; readonly text: string };

const writing = (kind: Kind): Outcome => ({
  state: "writing",
  text: fill(strings.sharing, { kind: strings.shareKinds[kind] }),
});

/** Where the page finds a file beside the notebook; null where the host serves none. */
async function findUrl({ session }: View, name: string): Promise<string | null> {
  const url = await resolveClipUrl(session.connection.widgetManager, name);
  const response = await fetch(url, { method: "HEAD" }).catch(() => null);
  return response?.ok ? url : null;
}

async function readOutcome(view: View, reply: Reply | null): Promise<Outcome> {
  const name = reply?.text;
  if (name)
    return { state: "written", text: fill(strings.shared, { name }), name, url: await findUrl(view, name) };
  const { message, next } = reply?.error ?? { message: strings.noAnswer, next: "" };
  return { state: "failed", text: `${message} ${next}`.trim() };
}

interface NoteProps {
  readonly anchor: HTMLElement;
  readonly outcome: Outcome;
  readonly onHide: () => void;
}

/** Lies over the page, so that it moves nothing. */
function Note({ anchor, outcome, onHide }: NoteProps) {
  return (
    <div
      ref={(node) => openAt(anchor, node)}
      class="videogen-menu videogen-shared"
      popover="auto"
      data-state={outcome.state}
      onToggle={(event) => (event as ToggleEvent).newState === "closed" && onHide()}
    >
      {outcome.state !== "writing" && <Icon name={outcome.state === "written" ? "check" : "alert"} />}
      <p dir="auto">
        {outcome.state === "written" ? (
          <Template parts={[strings.shared]} values={{ name: outcome.name }} />
        ) : (
          outcome.text
        )}
        {outcome.state === "written" && outcome.url && (
          <>
            {" "}
            <a class="videogen-link" href={outcome.url} target="_blank" rel="noopener">
              {strings.openShared}
            </a>
          </>
        )}
      </p>
      <IconButton
        bare
        icon="close"
        label={strings.closeNotice}
        onClick={() => {
          onHide();
          anchor.focus();
        }}
      />
    </div>
  );
}

interface ShareProps {
  readonly view: View;
  readonly job: JobView;
  readonly take: number;
  /** The button that opens the menu, and has the focus again when it is closed. */
  readonly anchor: HTMLElement;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

export function Share({ view, job, take, anchor, isOpen, onClose }: ShareProps) {
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [isNoted, note] = useState(false);
  const tell = (next: Outcome) => {
    setOutcome(next);
    note(true);
  };
  const close = () => {
    onClose();
    anchor.focus();
  };
  const share = async (kind: Kind) => {
    close();
    tell(writing(kind));
    const reply = await view.session.connection.ask({ type: "share", job_id: job.id, take, kind });
    tell(await readOutcome(view, reply));
  };
  const isBusy = outcome?.state === "writing";
  return (
    <>
      {isOpen && !isBusy && (
        <Menu anchor={anchor} label={strings.share} onClose={close}>
          {kinds.map((kind) => (
            <button type="button" role="menuitem" tabIndex={-1} key={kind} onClick={() => void share(kind)}>
              {strings.shareKinds[kind]}
            </button>
          ))}
        </Menu>
      )}
      {outcome && (isNoted || (isOpen && isBusy)) && (
        <Note
          anchor={anchor}
          outcome={outcome}
          onHide={() => {
            note(false);
            onClose();
          }}
        />
      )}
      {/* Always in the page: a live region that is inserted together with its text is often not read. */}
      <span class="videogen-visually-hidden" role="status">
        {outcome?.text}
      </span>
    </>
  );
}
