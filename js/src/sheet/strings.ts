/** The texts that grids and stories share, written as those of the page are. */

import type { Strings } from "../text/strings";

type Texts = Omit<Strings, "lines">;

export const en = {
  keys: "Keys:",
  close: "Close",
  away: "The notebook's kernel isn't running. Run the cell to go on; nothing is sent twice.",

  exportTable: "Export",
  kinds: {
    html: "Page with clips",
    zip: "Archive (ZIP)",
    png: "Contact sheet",
    csv: "CSV",
    jsonl: "JSON Lines",
    parquet: "Parquet",
  },
  exported: "Saved as [path]",

  asks: "Nothing is sent yet.",
  sendPriced: "Send {count} · ≈\u00a0{cost}",
  sendPartlyPriced: "Send {count} · ≈\u00a0{cost} and {unpriced} not listed",
  sendUnpriced: "Send {count} · price not listed",
  notNow: "Not now",
} as const satisfies Texts;

type Widened<T> = T extends string ? string : { readonly [K in keyof T]: Widened<T[K]> };

/** The texts in the language of the page; English where there are none. */
export const strings: Widened<typeof en> = en;
