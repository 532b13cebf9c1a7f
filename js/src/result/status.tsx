/** The progress bar, the two lines and the buttons of a state. */

import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "../components/icons";
import type { Bar } from "../kernel/progress";
import type { Action, Appearance, CardState } from "../state/appearance";
import { strings } from "../text/strings";
import { fill, getKnownParts, Template, type Values } from "../text/template";

const icons: Readonly<Record<Action, IconName>> = {
  cancel: "stop",
  detach: "stop",
  watch: "eye",
  recheck: "eye",
  restore: "search",
  recover: "search",
  resend: "retry",
  repeat: "retry",
  show: "play",
  reconnect: "retry",
};
/** May be charged twice: shown in the colour of warnings, never filled. */
const isRisky = (act: Action, isFree: boolean) => act === "resend" && !isFree;
const getLabel = (act: Action, isFree: boolean): string =>
  strings.act[act === "resend" && isFree ? "resendFree" : act];
/** The safest next step for a lost answer, or for a clip that was found: the filled button. */
const isSafest = (act: Action) => act === "recover" || act === "show" || act === "reconnect";

/** Screen readers announce 25, 50 and 75 percent; each percent would be too much. */
const floorToQuarter = (percent: number | null) =>
  percent === null ? 0 : Math.min(75, Math.floor(percent / 25) * 25);

export function ProgressBar({ appearance, bar, label }: { appearance: Appearance; bar: Bar; label: string }) {
  if (appearance.bar === "none") return <div class="videogen-bar is-absent" />;
  const mode =
    appearance.bar === "frozen"
      ? "frozen"
      : bar.isEstimate
        ? "estimate"
        : bar.width === null
          ? "indeterminate"
          : "fill";
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
      <i style={bar.width === null ? {} : { "--videogen-done": `${bar.width}%` }} />
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
  /** Takes the place of the second line. */
  readonly children?: ComponentChildren;
}

/**
 * Both live regions are always in the page: one that is inserted together with its text is often not read. The lines of
 * another state are other elements: they do not move, they take the place of the last ones.
 */
export function StatusLines({ state, appearance, values, bar, children }: StatusLinesProps) {
  const [first, second] = strings.lines[state];
  const between = appearance.separator;
  const isAlert = appearance.role === "alert";
  const spoken = floorToQuarter(state === "running" ? bar.percent : null);
  const headline = (
    <p key={state} class="videogen-headline">
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
  const known = getKnownParts(second, values);
  const isEmpty = known.length === 0;
  const reason = !isEmpty && (
    <p
      key={known.join()}
      class="videogen-explanation"
      data-working={appearance.isTicking && bar.width === null ? strings.working : undefined}
    >
      <Template parts={second} values={values} between={between} />
    </p>
  );
  return (
    <div class="videogen-lines">
      <div role="status">{!isAlert && headline}</div>
      {!isAlert && (children || reason)}
      <div role="alert">
        {isAlert && headline}
        {isAlert && reason}
      </div>
    </div>
  );
}

export function StateActions({
  actions,
  isFree,
  onAct,
  children,
}: {
  actions: readonly Action[];
  isFree: boolean;
  onAct: (act: Action) => void;
  children?: ComponentChildren;
}) {
  if (actions.length === 0 && [children].flat().every((one) => !one)) return null;
  return (
    <div key={actions.join()} class="videogen-actions">
      {actions.map((act) => (
        <button
          type="button"
          class={`videogen-button${isSafest(act) ? " is-primary" : ""}${isRisky(act, isFree) ? " is-risky" : ""}`}
          key={act}
          onClick={() => onAct(act)}
        >
          <Icon name={icons[act]} />
          {getLabel(act, isFree)}
        </button>
      ))}
      {children}
    </div>
  );
}
