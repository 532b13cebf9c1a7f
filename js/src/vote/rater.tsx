/** Who votes, and a field to let another go on. */

import { useState } from "preact/hooks";
import { IconButton } from "../components/button";
import type { VoteView } from "../kernel/protocol.gen";
import type { View } from "../state/view";
import { fill } from "../text/template";
import { strings } from "./strings";

const focus = (node: HTMLInputElement | null) => node?.focus();

interface RaterProps {
  readonly view: View;
  readonly vote: VoteView;
  readonly onPick: (name: string) => void;
}

export function Rater({ view, vote, onPick }: RaterProps) {
  const [isOpen, setOpen] = useState(false);
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    const name = new FormData(event.currentTarget as HTMLFormElement).get("rater");
    setOpen(false);
    if (typeof name === "string" && name.trim() && name.trim() !== vote.rater) onPick(name.trim());
  };
  const list = `${view.id}-raters`;
  if (!isOpen)
    return (
      <IconButton
        icon="edit"
        label={fill(strings.votingAs, { rater: vote.rater })}
        expanded={false}
        onClick={() => setOpen(true)}
      />
    );
  return (
    <form
      class="videogen-rater"
      onSubmit={onSubmit}
      onKeyDown={({ key }) => key === "Escape" && setOpen(false)}
    >
      <input
        ref={focus}
        class="videogen-text"
        name="rater"
        list={list}
        defaultValue={vote.rater}
        maxLength={40}
        autoComplete="off"
        aria-label={strings.changeRater}
      />
      <datalist id={list}>
        {vote.raters.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <button type="submit" class="videogen-button">
        {strings.setRater}
      </button>
    </form>
  );
}
