/** The tiles that take pictures, sounds and videos: dropped, pasted, browsed for, linked, or from another clip. */

import { useRef, useState } from "preact/hooks";
import { Quiet } from "../components/button";
import { Select } from "../components/field";
import { Icon } from "../components/icons";
import type { ModelView } from "../kernel/protocol.gen";
import { type Attachment, kindOf, type MediaField, mediaFields } from "../state/attachments";
import type { View } from "../state/view";
import * as format from "../text/format";
import { words } from "../text/strings";
import { fill, Say } from "../text/template";

/** What a tile of the history carries when it is dragged. */
export const JOB_TYPE = "application/x-videogen-job";
const accept = { image: "image/png,image/jpeg,image/webp", audio: "audio/*", video: "video/mp4,video/webm" };

interface TileProps {
  readonly view: View;
  readonly field: MediaField;
}

/** Take what was dropped or pasted: files, a clip of the history, or a link. */
export function take({ view, field }: TileProps, data: DataTransfer | null): boolean {
  const { media, draft } = view.session;
  const files = [...(data?.files ?? [])].filter(
    ({ type }, index) => (field === "references" || index === 0) && type !== "",
  );
  const job = data?.getData(JOB_TYPE);
  const text = data?.getData("text/uri-list") || "";
  draft.forgive(field);
  for (const file of files) void media.give(field, file);
  if (files.length > 0) return true;
  if (job)
    media.put(field, {
      source: `clip:${job}`,
      kind: kindOf(field),
      name: words.fromClip,
      width: null,
      height: null,
    });
  else if (/^https?:/.test(text)) media.point(field, text);
  else return false;
  return true;
}

function Told({ held }: { held: Attachment }) {
  if (held.error !== null) {
    return (
      <em class="videogen-flagged">
        <Icon name="alert" />
        {held.error}
      </em>
    );
  }
  if (held.view === null) {
    const values = { sent: format.part(held.sent, held.total), total: format.bytes(held.total) };
    return <Say parts={[words.uploading]} values={values} />;
  }
  const { width, height } = held.view;
  const size = width && height ? format.size(`${width}x${height}`) : undefined;
  return (
    <Say parts={["{size}", ...(held.stripped ? [words.stripped] : [])]} values={{ size }} between=" · " />
  );
}

/** One medium that is there, with the way to take it out again. */
function Held({ view, field, held }: TileProps & { held: Attachment }) {
  const { media, draft } = view.session;
  const fit = draft.fitting.value || "none";
  const part = held.view === null && held.error === null ? (held.sent / held.total) * 100 : null;
  return (
    <div class="videogen-drop is-set" data-fault={held.error !== null}>
      <span class="videogen-thumb" data-fit={field === "image" ? fit : "none"}>
        {held.preview ? <img src={held.preview} alt="" /> : <Icon name={kindOf(field)} />}
      </span>
      <b>
        <bdi>{held.name}</bdi>
      </b>
      <small aria-live="polite">
        <Told held={held} />
      </small>
      <Quiet
        bare
        icon="close"
        label={fill(words.takeOut, { name: held.name })}
        onClick={() => {
          draft.forgive(field);
          media.remove(field, held.key);
        }}
      />
      {part !== null && <progress max={100} value={part} aria-label={held.name} />}
    </div>
  );
}

/** The way in: a button that browses, takes drops and pastes, and a box for what has no file. */
function Empty({ view, field }: TileProps) {
  const { media, draft } = view.session;
  const picker = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const [isLinking, setLinking] = useState(false);
  const kind = kindOf(field);
  const id = `${view.id}-${field}`;
  const isFlawed = draft.flaw.value?.field === field;
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take({ view, field }, event.dataTransfer);
  };
  const point = (text: string) => {
    setLinking(false);
    draft.forgive(field);
    if (text.trim()) media.point(field, text.trim());
  };
  return (
    <>
      <div class="videogen-drop" data-over={isOver} data-fault={isFlawed}>
        <button
          type="button"
          id={id}
          aria-describedby={isFlawed ? `${id}-flaw` : undefined}
          onClick={() => picker.current?.click()}
          onDragOver={(event) => {
            event.preventDefault();
            setOver(true);
          }}
          onDragLeave={() => setOver(false)}
          onDrop={onDrop}
        >
          <span class="videogen-thumb">
            <Icon name={kind} />
          </span>
          <b>{words.drop}</b>
          <small>{words.browse}</small>
        </button>
        <Quiet
          bare
          icon="link"
          label={words.link}
          expanded={isLinking}
          onClick={() => setLinking(!isLinking)}
        />
      </div>
      <input
        ref={picker}
        type="file"
        hidden
        accept={accept[kind]}
        multiple={field === "references"}
        onChange={({ currentTarget }) => {
          draft.forgive(field);
          for (const file of currentTarget.files ?? []) void media.give(field, file);
          currentTarget.value = "";
        }}
      />
      {isLinking && (
        <input
          class="videogen-text"
          type="text"
          dir="ltr"
          aria-label={words.link}
          placeholder={words.linkHint}
          ref={(node) => node?.focus()}
          onKeyDown={(event) => {
            if (event.key === "Enter") point(event.currentTarget.value);
            if (event.key === "Escape") setLinking(false);
          }}
          onBlur={(event) => point(event.currentTarget.value)}
        />
      )}
    </>
  );
}

function Fit({ view }: { view: View }) {
  const { draft } = view.session;
  const id = `${view.id}-fit`;
  const options = [
    ["", words.fits.none],
    ["cover", words.fits.cover],
    ["contain", words.fits.contain],
  ] as const;
  return (
    <label class="videogen-fit" for={id}>
      <span>{words.fit}</span>
      <Select
        wiring={{ id, name: id }}
        value={draft.fitting.value}
        options={options}
        onPick={(value) => {
          draft.fitting.value = value as "" | "cover" | "contain";
        }}
      />
    </label>
  );
}

function Tile({ view, field }: TileProps) {
  const { draft, media } = view.session;
  const held = media.of(field).value;
  const flaw = draft.flaw.value;
  const id = `${view.id}-${field}`;
  return (
    <fieldset class="videogen-field videogen-media">
      <legend class="videogen-label">{words.media[field]}</legend>
      {held.map((one) => (
        <Held key={one.key} view={view} field={field} held={one} />
      ))}
      {(held.length === 0 || field === "references") && <Empty view={view} field={field} />}
      {field === "image" && held.length > 0 && <Fit view={view} />}
      {flaw?.field === field && (
        <p class="videogen-flaw" id={`${id}-flaw`}>
          <Icon name="alert" />
          <bdi>{flaw.message}</bdi>
        </p>
      )}
    </fieldset>
  );
}

export function Attach({ view, model }: { view: View; model: ModelView }) {
  const taken = mediaFields.filter((field) => model.takes.includes(field));
  if (taken.length === 0) return null;
  return (
    <div class="videogen-attach">
      {taken.map((field) => (
        <Tile key={field} view={view} field={field} />
      ))}
    </div>
  );
}
