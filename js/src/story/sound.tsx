/** The narration or music under the film: its file, how loud it is, and how it begins and ends. */

import type { RefObject } from "preact";
import { useRef, useState } from "preact/hooks";
import { IconButton } from "../components/button";
import { Icon } from "../components/icons";
import type { AudioView } from "../kernel/protocol.gen";
import { strings as shared } from "../sheet/strings";
import type { Attachment } from "../state/attachments";
import * as format from "../text/format";
import { fill } from "../text/template";
import { type Desk, SOUND } from "./desk";
import type { PartProps } from "./header";
import { useHeld } from "./held";
import { strings } from "./strings";

/** Systems name the types of these differently, or not at all. */
const SOUND_NAME = /\.(mp3|m4a|m4b|wav|ogg|oga|opus|flac)$/i;
const ACCEPTED = "audio/*,.mp3,.m4a,.m4b,.wav,.ogg,.oga,.opus,.flac";
const LOUDEST_PERCENT = 200;
const LONGEST_FADE = 60;

const asSound = (file: File): File =>
  file.type.startsWith("audio/") || !SOUND_NAME.test(file.name)
    ? file
    : new File([file], file.name, { type: "audio/mpeg" });

/** Hand a file over to the kernel, and lay it under the film. */
async function lay(desk: Desk, file: File | undefined): Promise<void> {
  if (file === undefined) return;
  const { attachments } = desk.session;
  const whole = attachments.upload("audio", asSound(file));
  const key = attachments.of("audio").peek()[0]?.key;
  await whole;
  // Another file may have been chosen meanwhile.
  const own = attachments.of("audio").peek()[0];
  if (own === undefined || own.key !== key || own.media === null) return;
  const isLaid = await desk.act("audio", { medium: own.media.source });
  attachments.remove("audio", own.key);
  if (isLaid) desk.said.value = fill(strings.soundAdded, { name: file.name });
}

async function change(desk: Desk, levels: Partial<Pick<AudioView, "volume" | "fade">>): Promise<void> {
  if (await desk.act("audio", levels)) desk.said.value = strings.soundChanged;
}

async function remove(desk: Desk): Promise<void> {
  if (await desk.act("audio", { medium: "" })) desk.said.value = strings.soundRemoved;
}

function Upload({ attachment }: { attachment: Attachment }) {
  const { name, error, sent, total } = attachment;
  if (error !== null)
    return (
      <span class="videogen-sound-error">
        <Icon name="alert" />
        <span dir="auto">{error}</span>
      </span>
    );
  const values = { name, sent: format.partialBytes(sent, total), total: format.bytes(total) };
  return (
    <>
      <span dir="auto">{fill(strings.uploading, values)}</span>
      <progress max={total || 1} value={sent} aria-label={name} />
    </>
  );
}

/** A button that opens a file dialog and takes drops; below it is what becomes of the file. */
function Chooser({ desk, audio }: { desk: Desk; audio: AudioView | null }) {
  const picker = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const attachment = desk.session.attachments.of("audio").value[0];
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a place for drops; its button does the same by a press
    <div
      class="videogen-sound-file"
      data-over={isOver}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        void lay(desk, event.dataTransfer?.files[0]);
      }}
    >
      {audio && (
        <b title={audio.name}>
          <bdi>{audio.name}</bdi>
        </b>
      )}
      <button type="button" class="videogen-button" onClick={() => picker.current?.click()}>
        <Icon name="audio" />
        {audio ? strings.replaceSound : strings.chooseSound}
      </button>
      {!audio && <span class="videogen-hint">{strings.dropSound}</span>}
      {audio && <IconButton icon="trash" label={strings.removeSound} onClick={() => void remove(desk)} />}
      <input
        ref={picker}
        type="file"
        hidden
        accept={ACCEPTED}
        onChange={({ currentTarget }) => {
          void lay(desk, currentTarget.files?.[0]);
          currentTarget.value = "";
        }}
      />
      <p aria-live="polite">{attachment && <Upload attachment={attachment} />}</p>
    </div>
  );
}

interface LevelsProps {
  readonly desk: Desk;
  readonly audio: AudioView;
}

function Level({ desk, audio }: LevelsProps) {
  const percent = useHeld(Math.round(audio.volume * 100));
  const shown = Math.min(percent.value, LOUDEST_PERCENT);
  return (
    <label>
      <span>{strings.level}</span>
      <input
        type="range"
        class="videogen-slider"
        dir="ltr"
        style={{ "--videogen-at": `${(shown / LOUDEST_PERCENT) * 100}%` }}
        min={0}
        max={LOUDEST_PERCENT}
        step={5}
        value={shown}
        aria-label={strings.level}
        aria-valuetext={fill(strings.percentSpoken, { percent: String(percent.value) })}
        onInput={({ currentTarget }) => percent.set(Number(currentTarget.value))}
        onChange={({ currentTarget }) =>
          void change(desk, { volume: Number(currentTarget.value) / 100 }).then(percent.reset)
        }
      />
      <output dir="ltr">{format.percent(percent.value)}</output>
    </label>
  );
}

function Fade({ desk, audio }: LevelsProps) {
  const fade = useHeld(String(audio.fade));
  const save = (text: string) => {
    const seconds = Number(text);
    const isGood = text.trim() !== "" && seconds >= 0 && seconds <= LONGEST_FADE;
    if (isGood && seconds !== audio.fade) void change(desk, { fade: seconds }).then(fade.reset);
    else fade.reset();
  };
  return (
    <label>
      <span>{strings.fade}</span>
      <input
        type="number"
        aria-label={strings.fadeSpoken}
        min={0}
        max={LONGEST_FADE}
        step="any"
        value={fade.value}
        onInput={({ currentTarget }) => fade.set(currentTarget.value)}
        onChange={({ currentTarget }) => save(currentTarget.value)}
      />
      <span>{strings.fadeUnit}</span>
    </label>
  );
}

export interface SoundButtonProps extends PartProps {
  readonly opener: RefObject<HTMLButtonElement | null>;
}

/** Opens the box; says which sound there is. */
export function SoundButton({ desk, story, opener }: SoundButtonProps) {
  const name = story.audio?.name;
  const label = name === undefined ? strings.addSound : fill(strings.soundNamed, { name });
  return (
    <button
      ref={opener}
      type="button"
      class="videogen-button is-subtle videogen-sound-button"
      title={name}
      aria-expanded={desk.opened.value === SOUND}
      onClick={() => desk.toggle(SOUND)}
    >
      <Icon name="audio" />
      <bdi>{label}</bdi>
    </button>
  );
}

export function SoundBox({ desk, story, onClose }: PartProps & { readonly onClose: () => void }) {
  const { audio } = story;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset groups fields; this box has pictures, words and buttons too
    <div
      role="group"
      class="videogen-shot-box"
      aria-label={strings.soundTitle}
      data-part="sound"
      onKeyDown={({ key }) => {
        if (key === "Escape") onClose();
      }}
    >
      <div>
        <h4>{strings.soundTitle}</h4>
        <p>{strings.soundHint}</p>
      </div>
      <div>
        <Chooser desk={desk} audio={audio} />
        {audio && (
          <div class="videogen-sound-levels">
            <Level desk={desk} audio={audio} />
            <Fade desk={desk} audio={audio} />
          </div>
        )}
      </div>
      <IconButton bare icon="close" label={shared.close} onClick={onClose} />
    </div>
  );
}
