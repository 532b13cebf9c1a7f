/** Hands a clip out as a file. What it opens comes from the kernel, which writes the file. */

import { useRef, useState } from "preact/hooks";
import { Icon } from "../components/icons";
import type { JobView } from "../kernel/protocol.gen";
import { useModule } from "../on-demand/use-module";
import type { View } from "../state/view";
import { strings } from "../text/strings";

interface ShareButtonProps {
  readonly view: View;
  readonly job: JobView;
  readonly take: number;
}

export function ShareButton({ view, job, take }: ShareButtonProps) {
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  const [isWanted, want] = useState(false);
  const { module, fault } = useModule(view, "parts", isWanted);
  return (
    <>
      <button
        ref={button}
        type="button"
        class="videogen-button is-subtle videogen-brief-action"
        aria-haspopup="menu"
        aria-expanded={isOpen}
        title={strings.share}
        disabled={view.session.connection.disconnected.value}
        onClick={() => {
          want(true);
          setOpen(true);
        }}
      >
        <Icon name="share" />
        <span>{strings.share}</span>
      </button>
      {fault && isOpen && (
        <p class="videogen-field-error" role="alert">
          {fault}
        </p>
      )}
      {module && <style>{module.css}</style>}
      {module && button.current && (
        <module.Share
          key={`${job.id}/${take}`}
          view={view}
          job={job}
          take={take}
          anchor={button.current}
          isOpen={isOpen}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}
