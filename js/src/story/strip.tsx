/** The shots in order, as a timeline: first is left in every language, as time is in a player. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ShotView, StoryView } from "../kernel/protocol.gen";
import { type Desk, NEW_SHOT } from "./desk";
import { acceptsDrop, drop, findPlace } from "./drop";
import type { PartProps } from "./header";
import { PlusIcon } from "./icons";
import { Joint } from "./joint";
import { Shot } from "./shot";
import { strings } from "./strings";

/** Where a key leads to among the shots; undefined for a key that does not walk. */
function walk(key: string, at: number, count: number): number | undefined {
  const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: count - 1 }[key];
  return next === undefined ? undefined : Math.min(Math.max(next, 0), count - 1);
}

type Act = (desk: Desk, shot: ShotView) => unknown;
const edits: Readonly<Record<string, Act>> = {
  "[": (desk, shot) => desk.stepTake(shot, -1),
  "]": (desk, shot) => desk.stepTake(shot, 1),
  l: (desk, shot) => desk.toggleLink(shot),
  Delete: (desk, shot) => desk.remove(shot),
  Backspace: (desk, shot) => desk.remove(shot),
  "Alt+ArrowLeft": (desk, shot) => desk.move(shot, shot.number - 1),
  "Alt+ArrowRight": (desk, shot) => desk.move(shot, shot.number + 1),
  "Ctrl+z": (desk) => desk.story?.can_restore && desk.restore(),
};
const plays: Readonly<Record<string, Act>> = {
  " ": (desk, shot) => desk.togglePlay(shot),
  k: (desk, shot) => desk.togglePlay(shot),
};

function nameKey({ key, altKey, ctrlKey, metaKey }: KeyboardEvent): string {
  const plain = key.length === 1 ? key.toLowerCase() : key;
  return `${altKey ? "Alt+" : ""}${ctrlKey || metaKey ? "Ctrl+" : ""}${plain}`;
}

function AddButton({ desk }: { desk: Desk }) {
  return (
    <button
      type="button"
      class="videogen-add-shot"
      aria-expanded={desk.opened.value === NEW_SHOT}
      onClick={() => desk.toggle(NEW_SHOT)}
    >
      <PlusIcon />
      {strings.add}
    </button>
  );
}

/** The shot that Tab leads to is one that there is. */
function useCurrent(desk: Desk, { shots }: StoryView): void {
  const current = desk.current.value;
  useLayoutEffect(() => {
    if (!shots.some(({ id }) => id === current)) desk.current.value = shots[0]?.id ?? NEW_SHOT;
  }, [shots, current]);
}

export function Strip({ desk, story }: PartProps) {
  const strip = useRef<HTMLDivElement>(null);
  const [gap, setGap] = useState(0);
  const { shots } = story;
  useCurrent(desk, story);
  const onKeyDown = (event: KeyboardEvent) => {
    const id = (event.target as Element).closest<HTMLElement>("[data-shot]")?.dataset["shot"];
    const at = shots.findIndex((shot) => String(shot.id) === id);
    const shot = shots[at];
    if (shot === undefined) return;
    const name = nameKey(event);
    const next = walk(name, at, shots.length);
    const act = plays[name] ?? (desk.isStill ? undefined : edits[name]);
    if (next !== undefined)
      strip.current?.querySelector<HTMLElement>(`[data-shot="${shots[next]?.id}"]`)?.focus();
    else if (act) void act(desk, shot);
    else return;
    event.preventDefault();
  };
  const onDragOver = (event: DragEvent) => {
    if (desk.isStill || !acceptsDrop(event)) return;
    event.preventDefault();
    setGap(findPlace(event.currentTarget as Element, event));
  };
  const onDrop = (event: DragEvent) => {
    setGap(0);
    if (desk.isStill || !acceptsDrop(event)) return;
    event.preventDefault();
    void drop(desk, story, event, findPlace(event.currentTarget as Element, event));
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the buttons inside take the focus, and their keys are heard here
    <div
      ref={strip}
      class="videogen-strip"
      dir="ltr"
      data-part="strip"
      onKeyDown={onKeyDown}
      // A button is pressed when the key comes up.
      onKeyUp={(event) =>
        event.key === " " && (event.target as Element).matches("[data-shot]") && event.preventDefault()
      }
      onDragOver={onDragOver}
      onDragLeave={() => setGap(0)}
      onDrop={onDrop}
    >
      <ol aria-label={strings.shots}>
        {shots.map((shot, at) => (
          <li
            key={shot.id}
            data-gap={
              gap === at + 1 ? "before" : gap === shots.length + 1 && at === shots.length - 1 ? "after" : ""
            }
          >
            {at > 0 && <Joint desk={desk} shot={shot} before={shots[at - 1] as ShotView} />}
            <Shot desk={desk} shot={shot} />
          </li>
        ))}
      </ol>
      {!desk.isStill && <AddButton desk={desk} />}
    </div>
  );
}
