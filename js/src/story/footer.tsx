/** The foot of a story: how long it is and what it came to, its film, and its keys. */

import { useRef } from "preact/hooks";
import { Icon } from "../components/icons";
import type { FilmView, StoryView } from "../kernel/protocol.gen";
import { type KeyRow, Keys } from "../sheet/keys";
import * as format from "../text/format";
import { fill, Template } from "../text/template";
import { type Desk, SOUND } from "./desk";
import type { PartProps } from "./header";
import { JoinIcon, UndoIcon } from "./icons";
import { SoundBox, SoundButton, type SoundButtonProps } from "./sound";
import { strings } from "./strings";

const keys: readonly KeyRow<keyof typeof strings.keyNames>[] = [
  [["←", "→"], "walk"],
  [["Alt", "←", "→"], "move"],
  [["[", "]"], "take"],
  [["L"], "link"],
  [["Del"], "remove"],
  [[strings.space], "play"],
  [[strings.enter], "open"],
];

/** "20 s · 4 shots · $2.80 so far, one unused take included · ≈ $0.40 being made" */
function Total({ story }: { story: StoryView }) {
  const { seconds, shots, spent, unused, in_flight: inFlight, free } = story;
  const money = unused === 0 ? strings.spent : unused === 1 ? strings.spentUnusedOne : strings.spentUnused;
  const parts = [
    strings.length,
    shots.length === 1 ? strings.countOne : strings.count,
    free ? strings.free : money,
    strings.inFlight,
  ];
  const values = {
    length: format.duration(seconds),
    count: format.integer(shots.length),
    spent: spent > 0 ? format.dollars(spent) : undefined,
    unused: format.integer(unused),
    cost: inFlight > 0 ? format.dollars(inFlight) : undefined,
  };
  return (
    <p class="videogen-story-total">
      <Template parts={parts} values={values} between=" · " />
    </p>
  );
}

/** The film that was joined: to play though shots have changed since, and to save. */
function Film({ desk, film }: { desk: Desk; film: FilmView }) {
  const url = desk.session.clipLoader.locate(film.clip, film.job_id).value;
  const wantsFilm = desk.wantsFilm.value;
  const words = film.current ? film.words : strings.filmStale;
  const toggle = () => {
    desk.wantsFilm.value = !wantsFilm;
    desk.isScreenOpen.value = true;
  };
  return (
    <span class="videogen-film" data-current={film.current}>
      {!film.current && <Icon name="alert" />}
      {words && <span dir="auto">{words}</span>}
      {!film.current && (
        <button type="button" class="videogen-button is-subtle" onClick={toggle}>
          <Icon name="play" />
          {wantsFilm ? strings.playShots : strings.playFilm}
        </button>
      )}
      {url && (
        <a class="videogen-button is-subtle" href={url} download={film.clip.src.split("/").pop()}>
          <Icon name="save" />
          {strings.saveFilm}
        </a>
      )}
    </span>
  );
}

function describeJoin({ desk, story }: PartProps): string {
  const { film, shots, waits_for: waits } = story;
  if (desk.isPending("join")) return strings.joining;
  if (waits !== null) return fill(strings.joinLater, { number: String(waits) });
  if (film) return strings.joinAgain;
  return fill(shots.length === 1 ? strings.joinOne : strings.joinAll, {
    count: format.integer(shots.length),
  });
}

/** One file of all shots; it costs nothing. */
function Join({ desk, story }: PartProps) {
  const { can_join: canJoin, waits_for: waits, film } = story;
  const isBusy = desk.isPending("join");
  const waitsFor = desk.joinsWhenReady;
  if (film?.current || (!canJoin && waits === null)) return null;
  const press = () => {
    if (isBusy) return;
    if (waits === null) void desk.join();
    else waitsFor.value = !waitsFor.peek();
  };
  return (
    <button
      type="button"
      class="videogen-button"
      title={strings.joinHint}
      aria-disabled={isBusy}
      aria-pressed={waits === null ? undefined : waitsFor.value}
      onClick={press}
    >
      <JoinIcon />
      {describeJoin({ desk, story })}
    </button>
  );
}

/** Whether the film has captions, where there are some. */
function Captions({ desk, story }: PartProps) {
  const toggle = async (box: HTMLInputElement) => {
    if (!(await desk.act("captions", { on: box.checked }))) box.checked = story.captions;
  };
  return (
    <label class="videogen-story-check" title={strings.captionsHint}>
      <input
        type="checkbox"
        checked={story.captions}
        onChange={({ currentTarget }) => void toggle(currentTarget)}
      />
      {strings.captions}
    </label>
  );
}

/** What makes the film. */
function Making({ desk, story, opener }: SoundButtonProps) {
  return (
    <span class="videogen-story-make">
      <SoundButton desk={desk} story={story} opener={opener} />
      {story.has_captions && <Captions desk={desk} story={story} />}
      {story.can_restore && (
        <button type="button" class="videogen-button is-subtle" onClick={() => void desk.restore()}>
          <UndoIcon />
          {strings.undoRemove}
        </button>
      )}
      <Join desk={desk} story={story} />
    </span>
  );
}

function Foot({ desk, story, opener }: SoundButtonProps) {
  return (
    <div class="videogen-story-foot" data-part="foot">
      <Total story={story} />
      {story.film && <Film desk={desk} film={story.film} />}
      {!desk.isStill && <Making desk={desk} story={story} opener={opener} />}
      {!desk.isStill && <Keys keys={keys} names={strings.keyNames} />}
    </div>
  );
}

export function Footer({ desk, story }: PartProps) {
  const opener = useRef<HTMLButtonElement>(null);
  const close = () => {
    desk.close();
    opener.current?.focus();
  };
  return (
    <>
      {!desk.isStill && desk.opened.value === SOUND && <SoundBox desk={desk} story={story} onClose={close} />}
      <Foot desk={desk} story={story} opener={opener} />
    </>
  );
}
