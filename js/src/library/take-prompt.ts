/** Takes the prompt of a clip over, and nothing else of it: into the form, into a new cell, or into the clipboard. */

import { writeClipboard } from "../components/clipboard";
import { findHost } from "../kernel/host";
import { empty } from "../state/request-draft";
import type { Session } from "../state/session";

export type Taken = "filled" | "inserted" | "copied" | "failed";

/** Fill the form of this widget, else insert a cell below `place`, else copy the cell. */
export async function takePrompt(
  { connection, draft }: Session,
  prompt: string,
  place: Element,
): Promise<Taken> {
  const form = connection.form.peek();
  if (form) {
    draft.usePrompt(prompt, form);
    return "filled";
  }
  const request = { ...empty, prompt };
  const cell = connection
    .ask({ type: "code", language: "magic", request })
    .then((ack) => ack?.text ?? prompt);
  if (findHost().insertBelow?.(place, await cell)) return "inserted";
  return (await writeClipboard(cell)) ? "copied" : "failed";
}
