/** What a person is asked before anything of a grid or a story is sent, on one line. */

import { Icon } from "../components/icons";
import type { GridQuestion } from "../kernel/protocol.gen";
import * as format from "../text/format";
import { fill } from "../text/template";
import { strings } from "./strings";

function describeSend({ clips, cost, unpriced }: GridQuestion): string {
  const values = {
    count: format.integer(clips),
    cost: format.dollars(cost),
    unpriced: format.integer(unpriced),
  };
  if (unpriced === clips) return fill(strings.sendUnpriced, values);
  return fill(unpriced > 0 ? strings.sendPartlyPriced : strings.sendPriced, values);
}

interface QuestionProps {
  readonly question: GridQuestion;
  readonly onAnswer: (answer: "send" | "decline") => void;
}

export function Question({ question, onAnswer }: QuestionProps) {
  return (
    <fieldset class="videogen-decisions is-question" aria-label={question.words}>
      <Icon name="question" />
      <p>
        <b>{strings.asks}</b> <span dir="auto">{question.words}</span>
      </p>
      <button type="button" class="videogen-button is-primary" onClick={() => onAnswer("send")}>
        {describeSend(question)}
      </button>
      <button type="button" class="videogen-button" onClick={() => onAnswer("decline")}>
        {strings.notNow}
      </button>
    </fieldset>
  );
}
