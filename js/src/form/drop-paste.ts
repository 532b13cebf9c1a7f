/** Handles drops and pastes on the form outside its tiles: a picture becomes the start image, a clip fills in its request. */

import type { ModelView } from "../kernel/protocol.gen";
import { getMediaKind, mediaFields } from "../state/attachments";
import type { View } from "../state/view";
import { JOB_TYPE } from "./media-tiles";

/** Attach a picture to the first image field of the model; false when there is none. */
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

/** Whether the form handles a drag: files and tiles of the history. Dragged text is left to the prompt. */
export const acceptsDrop = ({ dataTransfer }: DragEvent): boolean =>
  dataTransfer?.types.some((type) => type === "Files" || type === JOB_TYPE) ?? false;

/** Handle a drop that no tile has handled. */
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
