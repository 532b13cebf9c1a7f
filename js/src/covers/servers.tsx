/** Servers on this machine that make videos: looked for when somebody asks, each used by a click. */

import { useLayoutEffect, useState } from "preact/hooks";
import { CopyButton } from "../components/copy-button";
import { Icon } from "../components/icons";
import type { ErrorView, FormView, ServerView } from "../kernel/protocol.gen";
import { strings } from "../parts/strings";
import type { View } from "../state/view";
import { fill } from "../text/template";
import { CoverFrame } from "./cover-frame";

interface ServerProps {
  readonly server: ServerView;
  readonly onUse: () => void;
}

function Server({ server, onUse }: ServerProps) {
  const name = fill(strings.useServer, { title: server.title });
  return (
    <li>
      <p>
        <b>
          <bdi>{server.title}</bdi>
        </b>{" "}
        <bdi>{server.words}</bdi>
      </p>
      {server.provider && (
        <button type="button" class="videogen-button" onClick={onUse}>
          {name}
        </button>
      )}
      {server.cell && (
        <>
          <code dir="ltr">{server.cell}</code>
          <CopyButton text={server.cell} label={strings.copyCell} />
        </>
      )}
    </li>
  );
}

interface Looked {
  readonly servers: readonly ServerView[];
  readonly error: ErrorView | null;
}

interface ServersProps {
  readonly view: View;
  readonly form: FormView;
  readonly onClose: (field: string) => void;
}

export function Servers({ view, onClose }: ServersProps) {
  const { connection, draft } = view.session;
  const [looked, setLooked] = useState<Looked | null>(null);
  const look = async () => {
    setLooked(null);
    const ack = await connection.ask({ type: "servers" });
    setLooked({ servers: ack?.servers ?? [], error: ack?.error ?? null });
  };
  useLayoutEffect(() => void look(), []);
  const use = async ({ provider, model }: ServerView) => {
    view.askedKey.value = null;
    await connection.ask({ type: "choose", provider, refresh: true });
    const form = connection.form.peek();
    if (form && model) draft.set("model", model, form);
    onClose("prompt");
  };
  const heading =
    looked === null
      ? strings.lookingForServers
      : looked.error
        ? `${looked.error.message} ${looked.error.next}`
        : looked.servers.length > 0
          ? strings.serversFound
          : strings.noServers;
  return (
    <CoverFrame
      label={strings.localServers}
      heading={
        <>
          <Icon name="search" />
          <span aria-live="polite">{heading}</span>
        </>
      }
      onClose={() => onClose("provider")}
    >
      <ul class="videogen-servers">
        {looked?.servers.map((server) => (
          <Server key={server.address} server={server} onUse={() => void use(server)} />
        ))}
      </ul>
      <div class="videogen-cover-foot">
        <span class="videogen-hint">{strings.localHint}</span>
        <span class="videogen-spacer" />
        <button
          type="button"
          class="videogen-button"
          aria-disabled={looked === null}
          onClick={() => looked && void look()}
        >
          <Icon name="retry" />
          {strings.lookAgain}
        </button>
      </div>
    </CoverFrame>
  );
}
