/** Five stars that rate a clip; the same star again takes the rating back. */

import { Icon } from "../components/icons";
import type { GridCellView } from "../kernel/protocol.gen";
import { fill } from "../text/template";
import type { Stage } from "./stage";
import { strings } from "./strings";

export const RATINGS = [1, 2, 3, 4, 5] as const;

interface RatingProps {
  readonly stage: Stage;
  readonly cell: GridCellView;
  readonly class: string;
  /** Buttons that the keyboard passes by: a tile has keys for them. */
  readonly tabIndex?: number;
}

export function Rating({ stage, cell, class: className, tabIndex = 0 }: RatingProps) {
  return (
    <fieldset class={className} aria-label={strings.rateGroup}>
      {RATINGS.map((rating) => (
        <button
          type="button"
          key={rating}
          tabIndex={tabIndex}
          aria-label={fill(strings.rate, { rating: String(rating) })}
          aria-pressed={rating <= (cell.rating ?? 0)}
          onClick={() => stage.store.rate(cell, rating === cell.rating ? 0 : rating)}
        >
          <Icon name="star" solid={rating <= (cell.rating ?? 0)} />
        </button>
      ))}
    </fieldset>
  );
}
