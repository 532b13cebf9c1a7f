/** What a screen reader is told: what was done, and what became of the shots since somebody looks on. */

import { useLayoutEffect, useRef } from "preact/hooks";
import type { ShotView } from "../kernel/protocol.gen";
import { fill } from "../text/template";
import type { PartProps } from "./header";
import { strings } from "./strings";

const news: Readonly<Partial<Record<ShotView["state"], string>>> = {
  ready: strings.readySaid,
  failed: strings.failedSaid,
  undecided: strings.undecidedSaid,
};

/** The shots that have come to an end since the last view, in words. */
function compare(before: ReadonlyMap<number, ShotView["state"]>, shots: readonly ShotView[]): string {
  return shots
    .filter(({ id, state }) => before.has(id) && before.get(id) !== state && state in news)
    .map(({ state, number }) => fill(news[state] ?? "", { number: String(number) }))
    .join(". ");
}

export function Announcer({ desk, story }: PartProps) {
  const { shots } = story;
  const states = useRef(new Map(shots.map(({ id, state }) => [id, state])));
  useLayoutEffect(() => {
    const words = compare(states.current, shots);
    states.current = new Map(shots.map(({ id, state }) => [id, state]));
    if (words) desk.said.value = words;
  }, [shots]);
  return (
    <p class="videogen-visually-hidden" role="status">
      {desk.said.value}
    </p>
  );
}
