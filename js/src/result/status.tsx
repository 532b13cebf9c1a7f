/** The bar, the two lines and the buttons under the slot. */

import { Icon, type IconName } from "../components/icons";
import type { Bar } from "../kernel/progress";
import type { Act, Look, Scene } from "../state/appearance";
import { words } from "../text/strings";
import { fill, known, Say, type Values } from "../text/template";

const icons: Readonly<Record<Act, IconName>> = {
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
const isRisky = (act: Act) => act === "resend";
/** The safest next step where the answer is lost. */
const isSafest = (act: Act) => act === "look";

/** Spoken at a quarter, a half and three quarters; every percent would never stop talking. */
const quarter = (percent: number | null) =>
  percent === null ? 0 : Math.min(75, Math.floor(percent / 25) * 25);

export function ProgressBar({ look, bar, label }: { look: Look; bar: Bar; label: string }) {
  if (look.bar === "none") return null;
  const mode = look.bar === "frozen" ? "frozen" : bar.ghost ? "ghost" : bar.drawn === null ? "drift" : "fill";
  const spoken =
    bar.known === null ? {} : { "aria-valuenow": Math.floor(bar.known), ...spokenPercent(bar.known) };
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
      <i style={bar.drawn === null ? {} : { inlineSize: `${bar.drawn}%` }} />
    </div>
  );
}

const spokenPercent = (percent: number) => ({
  "aria-valuetext": fill(words.percentSpoken, { percent: String(Math.floor(percent)) }),
});

interface LinesProps {
  readonly scene: Scene;
  readonly look: Look;
  readonly values: Values;
  readonly bar: Bar;
}

/** Both live regions stay in the page, because one that appears together with its words is often not read. */
export function Lines({ scene, look, values, bar }: LinesProps) {
  const [first, second] = words.lines[scene];
  const between = look.between;
  const isAlert = look.says === "alert";
  const heard = quarter(scene === "running" ? bar.known : null);
  const headline = (
    <p class="videogen-line1">
      {look.glyph && <Icon name={look.glyph} />}
      <span>
        <Say parts={first} values={values} />
      </span>
      {heard > 0 && (
        <span class="videogen-unseen">, {fill(words.percentSpoken, { percent: String(heard) })}</span>
      )}
    </p>
  );
  const isEmpty = known(second, values).length === 0;
  const reason = !isEmpty && (
    <p class="videogen-line2" data-working={look.ticking && bar.drawn === null ? words.working : undefined}>
      <Say parts={second} values={values} between={between} />
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

export function Acts({ acts, onAct }: { acts: readonly Act[]; onAct: (act: Act) => void }) {
  if (acts.length === 0) return null;
  return (
    <div class="videogen-acts">
      {acts.map((act) => (
        <button
          type="button"
          class={`videogen-button${isSafest(act) ? " is-primary" : ""}${isRisky(act) ? " is-risky" : ""}`}
          key={act}
          onClick={() => onAct(act)}
        >
          <Icon name={icons[act]} />
          {words.act[act]}
        </button>
      ))}
    </div>
  );
}
