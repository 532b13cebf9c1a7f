/** What is dropped or pasted on the form, beside its tiles: a picture to start from, or a clip that tells how it was made. */

import type { ModelView } from "../kernel/protocol.gen";
import { kindOf, mediaFields } from "../state/attachments";
import type { View } from "../state/view";
import { JOB_TYPE } from "./media-tiles";

/** A picture becomes the start image, wherever it is put. */
function start(view: View, model: ModelView | null, file: File | undefined): boolean {
  const field = mediaFields.find((name) => kindOf(name) === "image" && model?.takes.includes(name));
  if (file === undefined || field === undefined) return false;
  view.session.draft.forgive(field);
  void view.session.media.give(field, file);
  return true;
}

const isPicture = ({ type }: File) => type.startsWith("image/");

export function paste(view: View, model: ModelView | null, event: ClipboardEvent): void {
  if (start(view, model, [...(event.clipboardData?.files ?? [])].find(isPicture))) event.preventDefault();
}

/** Whether something of ours can come of it; a dragged text is the prompt's own business. */
export const isWelcome = ({ dataTransfer }: DragEvent): boolean =>
  dataTransfer?.types.some((type) => type === "Files" || type === JOB_TYPE) ?? false;

/** A tile has taken what was dropped on it; the rest is for the whole form. */
export function drop(view: View, model: ModelView | null, event: DragEvent): void {
  if (event.defaultPrevented || !isWelcome(event)) return;
  event.preventDefault();
  const { session } = view;
  const files = [...(event.dataTransfer?.files ?? [])];
  const id = event.dataTransfer?.getData(JOB_TYPE);
  const job = session.library.jobs.peek().find((one) => one.id === id);
  const told =
    files.find(({ name }) => name.endsWith(".json")) ?? files.find(({ type }) => type === "video/mp4");
  if (job) void session.recall(job, { seed: true });
  else if (told) void session.recover(told);
  else start(view, model, files.find(isPicture));
}
