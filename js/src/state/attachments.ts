/** The form's pictures, audio and videos: references that the kernel can resolve, and files uploaded in chunks. */

import { type Signal, signal } from "@preact/signals";
import { type KernelConnection, newRequestId } from "../kernel/connection";
import type { MediaView, RequestView } from "../kernel/protocol.gen";
import { RetryTiming } from "../kernel/retry-timing";
import { strings } from "../text/strings";
import { fill } from "../text/template";
import { stripMetadata } from "./image-cleanup";

export const mediaFields = ["image", "last_frame", "references", "audio", "video"] as const;
export type MediaField = (typeof mediaFields)[number];
export const isMediaField = (name: string | null | undefined): name is MediaField =>
  mediaFields.includes(name as MediaField);
export const getMediaKind = (field: MediaField): MediaView["kind"] =>
  field === "audio" || field === "video" ? field : "image";

/** Small enough for every host: some drop messages of 1 MB, all drop messages of 10 MB. */
const CHUNK_BYTES = 512 * 1024;

export interface Attachment {
  readonly key: string;
  readonly name: string;
  /** The value in the request; null until the kernel has the whole file. */
  readonly media: MediaView | null;
  /** The URL of a preview, or null. */
  readonly preview: string | null;
  readonly sent: number;
  readonly total: number;
  /** Location and camera data were removed. */
  readonly stripped: boolean;
  readonly error: string | null;
}

const blank: Omit<Attachment, "key" | "name"> = {
  media: null,
  preview: null,
  sent: 0,
  total: 0,
  stripped: false,
  error: null,
};

/** Return the source that a typed link, `{variable}` or path stands for. */
function parseSource(text: string): string {
  if (/^https?:\/\//i.test(text)) return text;
  const variable = /^\{\s*(\w+)\s*\}$/.exec(text);
  return variable ? `variable:${variable[1]}` : `file:${text}`;
}

export class Attachments {
  readonly #connection: KernelConnection;
  readonly #timing = new RetryTiming();
  readonly #attachments = Object.fromEntries(
    mediaFields.map((field) => [field, signal<readonly Attachment[]>([])]),
  ) as Record<MediaField, Signal<readonly Attachment[]>>;

  constructor(host: KernelConnection) {
    this.#connection = host;
  }

  of(field: MediaField): Signal<readonly Attachment[]> {
    return this.#attachments[field];
  }

  /** The first attachment that is not uploaded, or that failed. */
  findUnsent(field: MediaField): Attachment | null {
    return (
      this.of(field)
        .peek()
        .find(({ media }) => media === null) ?? null
    );
  }

  /** Replace all attachments by the media of a request. */
  load(request: RequestView): void {
    for (const field of mediaFields) {
      const value = request[field];
      const views = Array.isArray(value)
        ? (value as readonly MediaView[])
        : value
          ? [value as MediaView]
          : [];
      for (const { key } of this.of(field).peek()) this.remove(field, key);
      for (const view of views) this.attach(field, view);
    }
  }

  /** Attach something that the kernel can resolve, and return its key. */
  attach(field: MediaField, media: MediaView): string {
    const preview = /^https?:/.test(media.source) && media.kind === "image" ? media.source : null;
    const key = newRequestId();
    this.#insert(field, { ...blank, key, name: media.name, media: media, preview });
    return key;
  }

  /** Show a picture of an attachment, as long as it is there. */
  setPreview(field: MediaField, key: string, picture: Blob): void {
    const preview = URL.createObjectURL(picture);
    if (!this.#change(field, key, { preview })) URL.revokeObjectURL(preview);
  }

  /** Attach what was typed: a link, a path relative to the notebook, or `{variable}`. */
  attachLink(field: MediaField, text: string): void {
    const name = text.split(/[?#]/)[0]?.split("/").pop() || text;
    this.attach(field, {
      source: parseSource(text),
      kind: getMediaKind(field),
      name,
      width: null,
      height: null,
    });
  }

  /** Upload a file in chunks, each of which is acknowledged. */
  async upload(field: MediaField, file: File): Promise<void> {
    const key = newRequestId();
    this.#insert(field, { ...blank, key, name: file.name, total: file.size });
    const kind = getMediaKind(field);
    if (!file.type.startsWith(`${kind}/`)) {
      this.#change(field, key, { error: fill(strings.wrongKind[kind], { name: file.name }) });
      return;
    }
    try {
      const { blob, stripped } = await stripMetadata(file);
      const preview = kind === "image" ? URL.createObjectURL(blob) : null;
      if (this.#change(field, key, { preview, stripped, total: blob.size }))
        await this.#send(field, key, blob);
      else if (preview) URL.revokeObjectURL(preview);
    } catch {
      this.#change(field, key, { error: fill(strings.unreadable, { name: file.name }) });
    }
  }

  remove(field: MediaField, key: string): void {
    const removed = this.of(field)
      .peek()
      .find((one) => one.key === key);
    if (removed?.preview?.startsWith("blob:")) URL.revokeObjectURL(removed.preview);
    this.of(field).value = this.of(field)
      .peek()
      .filter((one) => one.key !== key);
  }

  /** The media fields of a request, those that the model takes. */
  request(takes: readonly string[]): Partial<RequestView> {
    const views = (field: MediaField) =>
      takes.includes(field)
        ? this.of(field)
            .peek()
            .flatMap(({ media }) => (media === null ? [] : [media]))
        : [];
    const one = (field: MediaField) => views(field)[0] ?? null;
    return {
      image: one("image"),
      last_frame: one("last_frame"),
      references: views("references"),
      audio: one("audio"),
      video: one("video"),
    };
  }

  dispose(): void {
    for (const field of mediaFields) for (const { key } of this.of(field).peek()) this.remove(field, key);
  }

  #insert(field: MediaField, attachment: Attachment): void {
    if (field !== "references") for (const { key } of this.of(field).peek()) this.remove(field, key);
    this.of(field).value = [...this.of(field).peek(), attachment];
  }

  /** Change an attachment; false when it was removed meanwhile. */
  #change(field: MediaField, key: string, change: Partial<Attachment>): boolean {
    const list = this.of(field);
    list.value = list.peek().map((one) => (one.key === key ? { ...one, ...change } : one));
    return list.peek().some((one) => one.key === key);
  }

  async #send(field: MediaField, key: string, blob: Blob): Promise<void> {
    const name =
      this.of(field)
        .peek()
        .find((one) => one.key === key)?.name ?? "";
    const head = { type: "upload", upload_id: key, field, name, total: blob.size } as const;
    for (let offset = 0; offset < blob.size; ) {
      const chunk = await blob.slice(offset, offset + CHUNK_BYTES).arrayBuffer();
      const ack = await this.#connection.askUntilAnswered({ ...head, offset }, this.#timing, chunk); // the kernel skips a chunk that it has
      if (!this.#change(field, key, {})) return;
      if (ack === null) throw new Error("gone");
      if (!ack.ok) {
        this.#change(field, key, { error: ack.error?.message ?? "" });
        return;
      }
      offset += chunk.byteLength;
      if (!this.#change(field, key, { sent: offset, media: ack.medium })) return;
    }
  }
}
