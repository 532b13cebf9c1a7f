/** The box of a shot that is still to be written. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { IconButton } from "../components/button";
import { strings as shared } from "../sheet/strings";
import type { Desk } from "./desk";
import { PlusIcon } from "./icons";
import { strings } from "./strings";

export function NewShot({ desk }: { desk: Desk }) {
  const [prompt, setPrompt] = useState("");
  const field = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => field.current?.focus(), []);
  const isReady = prompt.trim() !== "" && !desk.isPending("insert");
  const add = () => {
    if (isReady) void desk.insert({ prompt: prompt.trim(), to: 0 });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") desk.close();
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) add();
    else return;
    event.preventDefault();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset groups fields; this box has pictures, words and buttons too
    <div
      role="group"
      class="videogen-shot-box"
      aria-label={strings.addTitle}
      data-part="box"
      onKeyDown={onKeyDown}
    >
      <div>
        <h4>{strings.addTitle}</h4>
        <p>{strings.addHint}</p>
      </div>
      <div>
        <textarea
          ref={field}
          rows={2}
          dir="auto"
          aria-label={strings.addPrompt}
          value={prompt}
          onInput={(event) => setPrompt(event.currentTarget.value)}
        />
        <p class="videogen-hint">{strings.addDrop}</p>
      </div>
      <div class="videogen-offers">
        <button type="button" class="videogen-button is-primary" aria-disabled={!isReady} onClick={add}>
          <PlusIcon />
          {strings.addDo}
        </button>
      </div>
      <IconButton bare icon="close" label={shared.close} onClick={() => desk.close()} />
    </div>
  );
}
