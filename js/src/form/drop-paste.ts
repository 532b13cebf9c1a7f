/** What is dropped or pasted on the form, beside its tiles: a picture to start from, or a clip that tells how it was made. */

import type { ModelView } from "../kernel/protocol.gen";
import { getMediaKind, mediaFields } from "../state/attachments";
import type { View } from "../state/view";
import { JOB_TYPE } from "./media-tiles";

/** A picture becomes the start image, wherever it is put. */
function attachImage(view: View, model: ModelView | null, file: File | undefined): boolean {
  const field = mediaFields.find((name) => getMediaKind(name) === "image" && model?.takes.includes(name));
  if (file === undefined || field === undefined) return false;
  view.session.draft.clearError(field);
  void view.session.attachments.upload(field, file);
  return true;
}

const isPicture = ({ type }: File) => type.startsWith("image/");

export function paste(view: View, model: ModelView | null, event: ClipboardEvent): void {
  if (attachImage(view, model, [...(event.clipboardData?.files ?? [])].find(isPicture)))
    event.preventDefault();
}

/** Whether something of ours can come of it; a dragged text is the prompt's own business. */
export const acceptsDrop = ({ dataTransfer }: DragEvent): boolean =>
  dataTransfer?.types.some((type) => type === "Files" || type === JOB_TYPE) ?? false;

/** A tile has taken what was dropped on it; the rest is for the whole form. */
export function drop(view: View, model: ModelView | null, event: DragEvent): void {
  if (event.defaultPrevented || !acceptsDrop(event)) return;
  event.preventDefault();
  const { session } = view;
  const files = [...(event.dataTransfer?.files ?? [])];
  const id = event.dataTransfer?.getData(JOB_TYPE);
  const job = session.history.jobs.peek().find((one) => one.id === id);
  const madeFile =
    files.find(({ name }) => name.endsWith(".json")) ?? files.find(({ type }) => type === "video/mp4");
  if (job) void session.recall(job, { seed: true });
  else if (madeFile) void session.recallFile(madeFile);
  else attachImage(view, model, files.find(isPicture));
}
