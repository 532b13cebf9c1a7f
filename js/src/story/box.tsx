/** The box of the opened shot: its prompt, its facts and takes, and what can be made of it, with its price. */

import type { ComponentChildren, TargetedKeyboardEvent } from "preact";
import { useState } from "preact/hooks";
import { IconButton } from "../components/button";
import { Icon } from "../components/icons";
import type { ShotView, StoryView } from "../kernel/protocol.gen";
import { strings as shared } from "../sheet/strings";
import { fill } from "../text/template";
import type { Desk } from "./desk";
import { useHeld } from "./held";
import { EarlierIcon, LaterIcon, UnlinkIcon } from "./icons";
import { strings } from "./strings";
import { nameShot, price } from "./words";

/** Characters, as the kernel takes them. */
const LONGEST_CAPTION = 500;

interface ShotBoxProps {
  readonly desk: Desk;
  readonly story: StoryView;
  readonly shot: ShotView;
}

/** Why it is offered to make it anew, and what hangs on it. */
function explain({ story, shot }: ShotBoxProps): string {
  const { number, link, words, failure } = shot;
  const next = story.shots[number];
  const values = { before: String(number - 1), number: String(number), next: String(number + 1) };
  const follows = next && (next.link === "linked" || next.link === "stale");
  return [
    failure || words,
    link === "stale" && fill(strings.remade, values),
    follows && fill(strings.follows, values),
  ]
    .filter(Boolean)
    .join(" ");
}

function describeStart({ number, starts_on: on, starts_by: by }: ShotView): readonly string[] {
  if (on === null) return [];
  return [fill(by === "references" ? strings.takesFrom : strings.startsOn, { before: String(number - 1) })];
}

function Facts({ shot }: { shot: ShotView }) {
  return (
    <ul class="videogen-shot-facts">
      {[...describeStart(shot), ...shot.facts].map((fact) => (
        <li key={fact} dir="auto">
          {fact}
        </li>
      ))}
    </ul>
  );
}

/** What is said while it is shown; kept when somebody presses Enter or goes on. */
function Caption({ desk, shot }: Omit<ShotBoxProps, "story">) {
  const caption = useHeld(shot.caption);
  if (shot.caption === null) return null;
  const save = async (text: string) => {
    if (text !== shot.caption && (await desk.setCaption(shot, text))) caption.reset();
  };
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLTextAreaElement>) => {
    const isEnter = event.key === "Enter" && !event.shiftKey && !event.isComposing;
    if (isEnter) void save(event.currentTarget.value);
    else if (event.key === "Escape" && caption.isEdited) caption.reset();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <label class="videogen-shot-caption">
      <span>{strings.caption}</span>
      <textarea
        rows={1}
        dir="auto"
        maxLength={LONGEST_CAPTION}
        placeholder={strings.captionHint}
        value={caption.value ?? ""}
        onInput={({ currentTarget }) => caption.set(currentTarget.value)}
        onChange={({ currentTarget }) => void save(currentTarget.value)}
        onKeyDown={onKeyDown}
      />
    </label>
  );
}

/** Which take is chosen; old ones stay. */
function Takes({ desk, shot }: Omit<ShotBoxProps, "story">) {
  if (shot.takes.length < 2) return null;
  return (
    <fieldset class="videogen-chips" aria-label={strings.takes}>
      {shot.takes.map(({ number, state }) => (
        <button
          key={number}
          type="button"
          class="videogen-toggle"
          aria-pressed={number === shot.take}
          title={strings.state[state]}
          onClick={() => void desk.choose(shot, number)}
        >
          {fill(strings.take, { take: String(number) })}
        </button>
      ))}
    </fieldset>
  );
}

function describePair({ story, shot }: ShotBoxProps): string {
  const last = story.shots.find(({ id }) => id === shot.remake_with.at(-1));
  const values = { first: String(shot.number), last: String(last?.number ?? shot.number) };
  return fill(shot.remake_with.length === 2 ? strings.remakePair : strings.remakeSpan, values);
}

interface OfferProps {
  readonly label: string;
  readonly isPrimary?: boolean;
  readonly isBusy: boolean;
  readonly hint?: string;
  readonly onClick: () => void;
}

function Offer({ label, isPrimary = false, isBusy, hint, onClick }: OfferProps) {
  return (
    <button
      type="button"
      class={`videogen-button${isPrimary ? " is-primary" : ""}`}
      aria-disabled={isBusy}
      title={hint}
      onClick={() => isBusy || onClick()}
    >
      {label}
    </button>
  );
}

/** What mends a shot that has no clip. */
function Steps({ desk, story, shot }: ShotBoxProps) {
  const { id, step, remake_cost: cost } = shot;
  const isBusy = desk.isPending("retry") || desk.isPending("look");
  const retry = (undecided: boolean) =>
    void desk.act("retry", { shots: [id], undecided, token: story.offer });
  if (step === "") return null;
  return (
    <>
      {step === "look" && (
        <Offer
          isPrimary
          isBusy={isBusy}
          label={strings.look}
          onClick={() => void desk.act("look", { shots: [id] })}
        />
      )}
      {step === "retry" ? (
        <Offer isPrimary isBusy={isBusy} label={price(strings.retry, cost)} onClick={() => retry(false)} />
      ) : (
        <Offer
          isBusy={isBusy}
          label={price(strings.resend, cost)}
          hint={strings.mayChargeTwice}
          onClick={() => retry(true)}
        />
      )}
    </>
  );
}

interface OffersProps extends ShotBoxProps {
  readonly prompt: string;
}

function Offers({ desk, story, shot, prompt }: OffersProps) {
  const isEdited = prompt.trim() !== shot.prompt.trim() && prompt.trim() !== "";
  const isBusy = desk.isPending("retake");
  // A new prompt is of one shot; those after it are offered again once it is made.
  const retake = (shots: readonly number[]) =>
    void desk.act("retake", {
      shot: shot.id,
      shots,
      token: story.offer,
      prompt: isEdited ? prompt.trim() : "",
    });
  // What failed is tried again as it was, or made of another prompt.
  const isRemade = shot.remake.length > 0 && (shot.step === "" || isEdited);
  return (
    <div class="videogen-offers">
      {!isRemade && <Steps desk={desk} story={story} shot={shot} />}
      {isRemade && (
        <Offer
          isPrimary={shot.link === "stale" || isEdited}
          isBusy={isBusy}
          label={price(fill(strings.remake, { number: String(shot.number) }), shot.remake_cost)}
          onClick={() => retake(shot.remake)}
        />
      )}
      {isRemade && !isEdited && shot.remake_with.length > 0 && (
        <Offer
          isBusy={isBusy}
          label={price(describePair({ desk, story, shot }), shot.remake_with_cost)}
          onClick={() => retake(shot.remake_with)}
        />
      )}
      {shot.link === "stale" && (
        <button type="button" class="videogen-button is-subtle" onClick={() => void desk.toggleLink(shot)}>
          <UnlinkIcon />
          {strings.keep}
        </button>
      )}
    </div>
  );
}

interface EditProps {
  readonly label: string;
  /** Only its icon is seen. */
  readonly isBare?: boolean;
  readonly isOff?: boolean;
  readonly icon: ComponentChildren;
  readonly onClick: () => void;
}

function Edit({ label, isBare = false, isOff = false, icon, onClick }: EditProps) {
  return (
    <button
      type="button"
      class={`videogen-button is-subtle${isBare ? " is-icon" : ""}`}
      title={isBare ? label : undefined}
      aria-label={isBare ? label : undefined}
      disabled={isOff}
      onClick={onClick}
    >
      {icon}
      {!isBare && label}
    </button>
  );
}

/** The edits that cost nothing, for a pointer and for whoever knows no keys. */
function Edits({ desk, story, shot }: ShotBoxProps) {
  const { number, link } = shot;
  const isCut = link === "cut";
  const canToggle = isCut ? shot.can_link && number > 1 : link === "linked" || link === "waiting";
  const move = (to: number) => () => void desk.move(shot, to);
  return (
    <div class="videogen-shot-edits">
      <span dir="ltr">
        <Edit
          isBare
          label={strings.earlier}
          isOff={number === 1}
          icon={<EarlierIcon />}
          onClick={move(number - 1)}
        />
        <Edit
          isBare
          label={strings.later}
          isOff={number === story.shots.length}
          icon={<LaterIcon />}
          onClick={move(number + 1)}
        />
      </span>
      {canToggle && (
        <Edit
          label={isCut ? fill(strings.link, { before: String(number - 1) }) : strings.makeCut}
          icon={isCut ? <Icon name="link" /> : <UnlinkIcon />}
          onClick={() => void desk.toggleLink(shot)}
        />
      )}
      <Edit label={strings.remove} icon={<Icon name="trash" />} onClick={() => void desk.remove(shot)} />
    </div>
  );
}

export function ShotBox({ desk, story, shot }: ShotBoxProps) {
  const [prompt, setPrompt] = useState(shot.prompt);
  const isStale = shot.link === "stale";
  const isOwn = shot.take === null && shot.remake.length === 0 && shot.takes.length === 0;
  const title = isStale ? fill(strings.remakeTitle, { number: String(shot.number) }) : nameShot(shot);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset groups fields; this box has pictures, words and buttons too
    <div
      role="group"
      class="videogen-shot-box"
      aria-label={nameShot(shot)}
      data-part="box"
      onKeyDown={(event) => {
        if (event.key === "Escape") desk.close();
      }}
    >
      <div>
        <h4>{title}</h4>
        <p dir="auto">{isOwn ? strings.ownClip : explain({ desk, story, shot })}</p>
      </div>
      <div>
        {!isOwn && (
          <textarea
            rows={2}
            dir="auto"
            aria-label={fill(strings.promptOf, { number: String(shot.number) })}
            readOnly={!shot.prompt_is_whole}
            value={prompt}
            onInput={(event) => setPrompt(event.currentTarget.value)}
          />
        )}
        {!shot.prompt_is_whole && (
          <p>{fill(strings.promptCut, { code: `story.retake(${shot.number}, prompt="…")` })}</p>
        )}
        <Caption desk={desk} shot={shot} />
        <Facts shot={shot} />
        <Takes desk={desk} shot={shot} />
        <Edits desk={desk} story={story} shot={shot} />
      </div>
      <Offers desk={desk} story={story} shot={shot} prompt={prompt} />
      <IconButton bare icon="close" label={shared.close} onClick={() => desk.close()} />
    </div>
  );
}
