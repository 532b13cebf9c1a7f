/** The bar, the two lines and the buttons under the slot. */

import { Icon, type IconName } from "../components/icons";
import type { Bar } from "../kernel/progress";
import type { Action, Appearance, CardState } from "../state/appearance";
import { strings } from "../text/strings";
import { fill, getKnownParts, Template, type Values } from "../text/template";

const icons: Readonly<Record<Action, IconName>> = {
  cancel: "stop",
  detach: "stop",
  watch: "eye",
  check: "eye",
  find: "search",
  look: "search",
  resend: "retry",
  again: "retry",
};
/** It may cost money twice: words in the colour of a warning, never filled. */
const isRisky = (act: Action) => act === "resend";
/** The safest next step where the answer is lost. */
const isSafest = (act: Action) => act === "look";

/** Spoken at a quarter, a half and three quarters; every percent would never stop talking. */
const floorToQuarter = (percent: number | null) =>
  percent === null ? 0 : Math.min(75, Math.floor(percent / 25) * 25);

export function ProgressBar({ appearance, bar, label }: { appearance: Appearance; bar: Bar; label: string }) {
  if (appearance.bar === "none") return null;
  const mode =
    appearance.bar === "frozen" ? "frozen" : bar.isEstimate ? "ghost" : bar.width === null ? "drift" : "fill";
  const spoken =
    bar.percent === null
      ? {}
      : { "aria-valuenow": Math.floor(bar.percent), ...getSpokenPercent(bar.percent) };
  return (
    <div
      class="videogen-bar"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      data-mode={mode}
      {...spoken}
    >
      <i style={bar.width === null ? {} : { inlineSize: `${bar.width}%` }} />
    </div>
  );
}

const getSpokenPercent = (percent: number) => ({
  "aria-valuetext": fill(strings.percentSpoken, { percent: String(Math.floor(percent)) }),
});

interface StatusLinesProps {
  readonly state: CardState;
  readonly appearance: Appearance;
  readonly values: Values;
  readonly bar: Bar;
}

/** Both live regions stay in the page, because one that appears together with its words is often not read. */
export function StatusLines({ state, appearance, values, bar }: StatusLinesProps) {
  const [first, second] = strings.lines[state];
  const between = appearance.separator;
  const isAlert = appearance.role === "alert";
  const spoken = floorToQuarter(state === "running" ? bar.percent : null);
  const headline = (
    <p class="videogen-headline">
      {appearance.icon && <Icon name={appearance.icon} />}
      <span>
        <Template parts={first} values={values} />
      </span>
      {spoken > 0 && (
        <span class="videogen-visually-hidden">
          , {fill(strings.percentSpoken, { percent: String(spoken) })}
        </span>
      )}
    </p>
  );
  const isEmpty = getKnownParts(second, values).length === 0;
  const reason = !isEmpty && (
    <p
      class="videogen-explanation"
      data-working={appearance.isTicking && bar.width === null ? strings.working : undefined}
    >
      <Template parts={second} values={values} between={between} />
    </p>
  );
  return (
    <div class="videogen-lines">
      <div role="status">{!isAlert && headline}</div>
      {!isAlert && reason}
      <div role="alert">
        {isAlert && headline}
        {isAlert && reason}
      </div>
    </div>
  );
}

export function StateActions({ acts, onAct }: { acts: readonly Action[]; onAct: (act: Action) => void }) {
  if (acts.length === 0) return null;
  return (
    <div class="videogen-actions">
      {acts.map((act) => (
        <button
          type="button"
          class={`videogen-button${isSafest(act) ? " is-primary" : ""}${isRisky(act) ? " is-risky" : ""}`}
          key={act}
          onClick={() => onAct(act)}
        >
          <Icon name={icons[act]} />
          {strings.act[act]}
        </button>
      ))}
    </div>
  );
}
