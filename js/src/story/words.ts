/** What is said of a shot: below its tile, as its name, and on its buttons. */

import type { ShotView } from "../kernel/protocol.gen";
import * as format from "../text/format";
import { fill } from "../text/template";
import { strings } from "./strings";

export const isMaking = ({ state }: ShotView): boolean => state === "making" || state === "sending";

export const nameShot = ({ number }: Pick<ShotView, "number">): string =>
  fill(strings.shot, { number: String(number) });

/** "take 2 of 2"; empty where there is one take only. */
export const nameTake = ({ take, takes }: ShotView): string =>
  take === null || takes.length < 2
    ? ""
    : fill(strings.takeOf, { take: String(take), takes: String(takes.length) });

/** How a shot stands, in a few words. */
export function getStatus(shot: ShotView): readonly string[] {
  const { state, link, words, failure, percent, seconds_left: left, cost } = shot;
  if (state === "ready" && link === "stale") return [strings.stale];
  if (state === "ready") return [strings.state.ready, ...(cost === null ? [] : [format.dollars(cost)])];
  if (isMaking(shot)) {
    const known = percent === null ? words || strings.state[state] : format.percent(percent);
    return [known, ...(left === null ? [] : [fill(strings.left, { left: format.clock(left) })])];
  }
  return [failure || words || strings.state[state]];
}

/** The accessible name of a tile: all that is drawn on it, and how it stands. */
export function nameTile(shot: ShotView): string {
  const spoken =
    isMaking(shot) && shot.percent !== null
      ? [fill(strings.percentSpoken, { percent: String(Math.floor(shot.percent)) })]
      : getStatus(shot);
  const stale = shot.link === "stale" && shot.state !== "ready" ? [strings.stale] : [];
  return [nameShot(shot), format.seconds(shot.seconds), nameTake(shot), ...spoken, ...stale, shot.prompt]
    .filter(Boolean)
    .join(", ");
}

/** A label with what pressing it costs. */
export function price(label: string, cost: number | null): string {
  if (cost === null) return fill(strings.unpriced, { label });
  if (cost === 0) return fill(strings.pricedFree, { label });
  return fill(strings.priced, { label, cost: format.dollars(cost) });
}

/** What a joint says, and what pressing it does. */
export function nameJoint(shot: ShotView): readonly [words: string, action: string] {
  const { link, starts_by: by, can_link: canLink, number } = shot;
  const values = { before: String(number - 1), after: String(number) };
  if (link === "cut")
    return canLink
      ? [fill(strings.joint.cut, values), strings.pressToLink]
      : [fill(strings.joint.fixed, values), ""];
  if (link === "stale") return [fill(strings.joint.stale, values), strings.pressToKeep];
  if (link === "waiting") return [fill(strings.joint.waiting, values), strings.pressToCut];
  return [
    fill(by === "references" ? strings.joint.references : strings.joint.linked, values),
    strings.pressToCut,
  ];
}
