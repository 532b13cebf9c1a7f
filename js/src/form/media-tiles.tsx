/** The tiles for pictures, audio and videos: dropped, pasted, browsed for, linked, or taken from another clip. */

import { useRef, useState } from "preact/hooks";
import { IconButton } from "../components/button";
import { Icon } from "../components/icons";
import { useRoving } from "../components/roving";
import type { ModelView } from "../kernel/protocol.gen";
import { strings } from "../parts/strings";
import { type Attachment, getMediaKind, type MediaField, mediaFields } from "../state/attachments";
import type { View } from "../state/view";
import * as format from "../text/format";
import { fill, Template } from "../text/template";
import { AsStory } from "./as-story";
import { dropOnTile, uploadTo } from "./drop-paste";
import { Select } from "./field";

const ACCEPTED_TYPES = {
  image: "image/png,image/jpeg,image/webp",
  audio: "audio/*",
  video: "video/mp4,video/webm",
};

interface MediaTileProps {
  readonly view: View;
  readonly field: MediaField;
}

function TileStatus({ attachment }: { attachment: Attachment }) {
  if (attachment.error !== null) {
    return (
      <em class="videogen-upload-error">
        <Icon name="alert" />
        {attachment.error}
      </em>
    );
  }
  if (attachment.media === null) {
    const values = {
      sent: format.partialBytes(attachment.sent, attachment.total),
      total: format.bytes(attachment.total),
    };
    return <Template parts={[strings.uploading]} values={values} />;
  }
  const { width, height } = attachment.media;
  const size = width && height ? format.size(`${width}x${height}`) : undefined;
  return (
    <Template
      parts={["{size}", ...(attachment.stripped ? [strings.stripped] : [])]}
      values={{ size }}
      between=" · "
    />
  );
}

/** An attached file or link, with a button that removes it. */
function FilledTile({ view, field, attachment }: MediaTileProps & { attachment: Attachment }) {
  const { attachments, draft } = view.session;
  const fit = draft.imageFit.value || "none";
  const part =
    attachment.media === null && attachment.error === null
      ? (attachment.sent / attachment.total) * 100
      : null;
  return (
    <div class="videogen-dropzone is-set" data-error={attachment.error !== null}>
      <span class="videogen-thumb" data-fit={field === "image" ? fit : "none"}>
        {attachment.preview ? <img src={attachment.preview} alt="" /> : <Icon name={getMediaKind(field)} />}
      </span>
      <b title={attachment.name}>
        <bdi>{attachment.name}</bdi>
      </b>
      <small aria-live="polite">
        <TileStatus attachment={attachment} />
      </small>
      <IconButton
        bare
        icon="close"
        label={fill(strings.takeOut, { name: attachment.name })}
        onClick={() => {
          draft.clearError(field);
          attachments.remove(field, attachment.key);
        }}
      />
      {part !== null && <progress max={100} value={part} aria-label={attachment.name} />}
    </div>
  );
}

/** An empty tile: a button that opens a file dialog and takes drops, and a box for links, paths and variables. */
function EmptyTile({ view, field }: MediaTileProps) {
  const { attachments, draft } = view.session;
  const picker = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const [isLinking, setLinking] = useState(false);
  const kind = getMediaKind(field);
  const id = `${view.id}-${field}`;
  const hasError = draft.error.value?.field === field;
  const onDrop = (event: DragEvent) => {
    setOver(false);
    dropOnTile(view, field, event);
  };
  const attachLink = (text: string) => {
    setLinking(false);
    draft.clearError(field);
    if (text.trim()) attachments.attachLink(field, text.trim());
  };
  return (
    <>
      <div class="videogen-dropzone" data-dragover={isOver} data-error={hasError}>
        <button
          type="button"
          id={id}
          aria-describedby={hasError ? `${id}-error` : undefined}
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
          <b>{strings.drop}</b>
          <small>{strings.browse}</small>
        </button>
        <IconButton
          bare
          icon="link"
          label={strings.link}
          expanded={isLinking}
          onClick={() => setLinking(!isLinking)}
        />
      </div>
      <input
        ref={picker}
        type="file"
        hidden
        accept={ACCEPTED_TYPES[kind]}
        multiple={field === "references"}
        onChange={({ currentTarget }) => {
          uploadTo(view, field, [...(currentTarget.files ?? [])]);
          currentTarget.value = "";
        }}
      />
      {isLinking && (
        <input
          class="videogen-text"
          type="text"
          dir="ltr"
          aria-label={strings.link}
          placeholder={strings.linkHint}
          ref={(node) => node?.focus()}
          onKeyDown={(event) => {
            if (event.key === "Enter") attachLink(event.currentTarget.value);
            if (event.key === "Escape") setLinking(false);
          }}
          onBlur={(event) => attachLink(event.currentTarget.value)}
        />
      )}
    </>
  );
}

function FitSelect({ view }: { view: View }) {
  const { draft } = view.session;
  const id = `${view.id}-fit`;
  const options = [
    ["", strings.fits.none],
    ["cover", strings.fits.cover],
    ["contain", strings.fits.contain],
  ] as const;
  return (
    <label class="videogen-fit" for={id}>
      <span>{strings.fit}</span>
      <Select
        attributes={{ id, name: id }}
        value={draft.imageFit.value}
        options={options}
        onPick={(value) => {
          draft.imageFit.value = value as "" | "cover" | "contain";
        }}
      />
    </label>
  );
}

function MediaTile({ view, field }: MediaTileProps) {
  const { draft } = view.session;
  const attachments = view.session.attachments.of(field).value;
  const error = draft.error.value;
  const id = `${view.id}-${field}`;
  return (
    <fieldset class="videogen-field videogen-media-tile">
      <legend class="videogen-label">{strings.media[field]}</legend>
      {attachments.map((one) => (
        <FilledTile key={one.key} view={view} field={field} attachment={one} />
      ))}
      {(attachments.length === 0 || field === "references") && <EmptyTile view={view} field={field} />}
      {field === "image" && attachments.some(({ error }) => error === null) && <FitSelect view={view} />}
      {field === "image" && <AsStory view={view} attachment={attachments[0]} />}
      {error?.field === field && (
        <p class="videogen-field-error" id={`${id}-error`}>
          <Icon name="alert" />
          <bdi>{error.message}</bdi>
        </p>
      )}
    </fieldset>
  );
}

export function MediaTiles({ view, model }: { view: View; model: ModelView }) {
  const fields = mediaFields.filter((field) => model.takes.includes(field));
  const roving = useRoving();
  if (fields.length === 0) return null;
  return (
    <div class="videogen-media-tiles" role="toolbar" aria-label={strings.mediaTiles} {...roving}>
      {fields.map((field) => (
        <MediaTile key={field} view={view} field={field} />
      ))}
    </div>
  );
}
