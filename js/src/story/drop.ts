/** What is dropped on the strip: a shot of its own is moved, a clip becomes a shot. */

import type { StoryView } from "../kernel/protocol.gen";
import { JOB_TYPE } from "../sheet/dragged-job";
import { fill } from "../text/template";
import type { Desk } from "./desk";
import { strings } from "./strings";

/** The drag-and-drop type of a shot; its data is the shot's id. */
export const SHOT_TYPE = "application/x-videogen-shot";

export const acceptsDrop = ({ dataTransfer }: DragEvent): boolean =>
  dataTransfer?.types.some((type) => type === SHOT_TYPE || type === JOB_TYPE || type === "Files") ?? false;

/** The place, from 1, that something gets when it is dropped here. */
export function findPlace(strip: Element, { clientX }: DragEvent): number {
  const shots = [...strip.querySelectorAll(".videogen-shot")];
  const before = shots.filter((shot) => {
    const { left, width } = shot.getBoundingClientRect();
    return left + width / 2 < clientX;
  });
  return before.length + 1;
}

/** Handle a drop at a place, from 1. */
export async function drop(desk: Desk, story: StoryView, event: DragEvent, place: number): Promise<void> {
  const data = event.dataTransfer;
  const moved = story.shots.find(({ id }) => String(id) === data?.getData(SHOT_TYPE));
  const job = data?.getData(JOB_TYPE);
  const [file] = data?.files ?? [];
  if (moved) return desk.move(moved, place > moved.number ? place - 1 : place);
  if (job) return desk.insert({ job_id: job, to: place });
  // The kernel finds the clip by the job in its file's name.
  if (file?.type.startsWith("video/")) return desk.insert({ job_id: file.name, to: place });
  if (file) {
    const message = fill(strings.notAClip, { name: file.name });
    desk.fault.value = { message, next: "" };
  }
}
