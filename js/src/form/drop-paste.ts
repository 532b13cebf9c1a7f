/** Takes what is dropped and pasted: at its tile, at the first tile of its kind, or as a clip that tells how it was made. */

import type { JobView, ModelView } from "../kernel/protocol.gen";
import { strings } from "../parts/strings";
import { JOB_TYPE } from "../sheet/dragged-job";
import { getMediaKind, type MediaField, mediaFields } from "../state/attachments";
import type { View } from "../state/view";
import { fill } from "../text/template";

const isReceipt = ({ name }: File) => name.endsWith(".json");

/** Upload files to a tile; one that takes a single file says so when it is given more. */
export function uploadTo(view: View, field: MediaField, files: readonly File[]): void {
  const { attachments, draft, untaken } = view.session;
  const taken = field === "references" ? files : files.slice(0, 1);
  draft.clearError(field);
  for (const file of taken) void attachments.upload(field, file);
  const values = { tile: strings.media[field], name: taken[0]?.name };
  untaken.value = taken.length < files.length ? fill(strings.oneOnly, values) : "";
}

/** Upload files that missed the tiles to the first that takes their kind, or say why there is none. */
function upload(view: View, model: ModelView | null, files: readonly File[]): void {
  const [file] = files;
  if (file === undefined) return;
  const takesKind = (name: MediaField) => file.type.startsWith(`${getMediaKind(name)}/`);
  const field = mediaFields.find((name) => takesKind(name) && model?.takes.includes(name));
  if (field) uploadTo(view, field, files);
  else view.session.untaken.value = fill(strings.noTile, { name: file.name, model: model?.title });
}

export function paste(view: View, model: ModelView | null, event: ClipboardEvent): void {
  const files = [...(event.clipboardData?.files ?? [])];
  if (files.length === 0) return;
  upload(view, model, files);
  event.preventDefault();
}

/** Whether the form handles a drag: files and tiles of the history. Dragged text is left to the prompt. */
export const acceptsDrop = ({ dataTransfer }: DragEvent): boolean =>
  dataTransfer?.types.some((type) => type === "Files" || type === JOB_TYPE) ?? false;

/** The job of a dragged tile; the kernel is asked for one that is not known whole. */
async function findJob({ session: { history } }: View, id: string): Promise<JobView | null> {
  return history.jobs.peek().find((job) => job.id === id) ?? history.fetchJob(id);
}

/** Handle a drop that no tile has handled. */
export function drop(view: View, model: ModelView | null, event: DragEvent): void {
  if (event.defaultPrevented || !acceptsDrop(event)) return;
  event.preventDefault();
  const { session } = view;
  session.untaken.value = "";
  const files = [...(event.dataTransfer?.files ?? [])];
  const id = event.dataTransfer?.getData(JOB_TYPE);
  const madeFile = files.find(isReceipt) ?? files.find(({ type }) => type === "video/mp4");
  if (id) void findJob(view, id).then((job) => job && session.recall(job, { seed: true }));
  else if (madeFile) void session.recallFile(madeFile);
  else upload(view, model, files);
}

/** Handle a drop on a tile: files, a clip of the history, or a link. */
export function dropOnTile(view: View, field: MediaField, event: DragEvent): void {
  event.preventDefault();
  const { attachments, draft, untaken } = view.session;
  const data = event.dataTransfer;
  const files = [...(data?.files ?? [])];
  const id = data?.getData(JOB_TYPE);
  const link = data?.getData("text/uri-list") ?? "";
  draft.clearError(field);
  untaken.value = "";
  if (files.length > 0) uploadTo(view, field, files);
  else if (id) void findJob(view, id).then((job) => job && attachJob(view, field, job));
  else if (/^https?:/.test(link)) attachments.attachLink(field, link);
}

function attachJob({ session }: View, field: MediaField, job: JobView): void {
  if (!session.attachClip(field, job))
    session.untaken.value = fill(strings.wrongKind.audio, { name: job.prompt });
}
