/** The filters above the table, and how many clips they leave. */

import { IconButton } from "../components/button";
import { Icon } from "../components/icons";
import { Select } from "../form/field";
import * as format from "../text/format";
import { fill, Template } from "../text/template";
import type { Study } from "./facts";
import { countClips, type Filter, isFiltered, noFilter } from "./filter";
import { strings } from "./strings";

const RATINGS = ["5", "4", "3", "2", "1"];

interface FilterBarProps {
  readonly study: Study;
  readonly filter: Filter;
  readonly onFilter: (filter: Filter) => void;
}

export function FilterBar({ study, filter, onFilter }: FilterBarProps) {
  const [shown, all] = countClips(study, filter);
  const states = [...new Set(study.rows.flatMap(({ cells }) => cells.map((cell) => cell?.state ?? "")))];
  const pick = (name: keyof Filter) => (value: string) => onFilter({ ...filter, [name]: value });
  return (
    <search class="videogen-study-filters" aria-label={strings.filters}>
      <label class="videogen-search">
        <Icon name="search" />
        <input
          type="search"
          aria-label={strings.words}
          placeholder={strings.words}
          aria-keyshortcuts="/"
          value={filter.words}
          onInput={(event) => pick("words")(event.currentTarget.value)}
        />
      </label>
      {study.models.length > 1 && (
        <Select
          attributes={{ id: "study-model", name: "model", "aria-label": strings.model }}
          value={filter.model}
          options={[["", strings.allModels], ...study.models.map(({ name }, at) => [`${at}`, name] as const)]}
          onPick={pick("model")}
        />
      )}
      <Select
        attributes={{ id: "study-state", name: "state", "aria-label": strings.state }}
        value={filter.state}
        options={[
          ["", strings.allStates],
          ...states.filter(Boolean).map((state) => [state, strings.states[state] ?? state] as const),
        ]}
        onPick={pick("state")}
      />
      <Select
        attributes={{ id: "study-rating", name: "rating", "aria-label": strings.rating }}
        value={filter.rating}
        options={[
          ["", strings.anyRating],
          ...RATINGS.map(
            (rating) => [rating, rating === "5" ? strings.five : fill(strings.atLeast, { rating })] as const,
          ),
          ["unrated", strings.unrated],
        ]}
        onPick={pick("rating")}
      />
      <span role="status" class="videogen-study-count">
        <Template
          parts={[strings.counted]}
          values={{ shown: format.integer(shown), all: format.integer(all) }}
        />
      </span>
      {isFiltered(filter) && (
        <IconButton icon="close" label={strings.clear} onClick={() => onFilter(noFilter)} />
      )}
    </search>
  );
}
