/** The percent that the provider reported, over ink that fills the tile; dashes where there is no percent. */

import * as format from "../text/format";

export function Ring({ percent }: { percent: number | null }) {
  return (
    <>
      <span class="videogen-ink" aria-hidden="true" />
      <span class={`videogen-ring${percent === null ? " is-open" : ""}`} aria-hidden="true">
        {percent !== null && <bdi dir="ltr">{format.percent(percent)}</bdi>}
      </span>
    </>
  );
}
