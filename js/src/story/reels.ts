/** What the player plays: the shots that are ready, each in its place, or the film as one. */

import type { ClipView, StoryView } from "../kernel/protocol.gen";
import type { ClipLoader } from "../state/clip-loader";
import type { Reel } from "./shot-player";

/** The URL of a clip; one that is too large to be loaded unasked is loaded: somebody pressed Play. */
function locate(clips: ClipLoader, id: string, clip: ClipView): Promise<string> {
  return new Promise((resolve, reject) => {
    const end = clips.getSource({ id }, 0, clip).subscribe((found) => {
      if (found.state === "ready") resolve(found.url);
      else if (found.state === "failed") reject(new Error(clip.src));
      else if (found.state === "large") return void clips.load({ id }, 0, clip);
      else return;
      queueMicrotask(() => end());
    });
  });
}

/** Whether the film is played as a whole. */
export const playsFilm = ({ film }: StoryView, wantsFilm: boolean): boolean =>
  film !== null && (film.current || wantsFilm);

const makeReel = (clips: ClipLoader, id: string, clip: ClipView, start: number, seconds: number): Reel => ({
  key: `${id} ${clip.src} ${clip.bytes}`,
  start,
  seconds,
  locate: () => locate(clips, id, clip),
});

export function listReels(
  story: StoryView,
  wantsFilm: boolean,
  clips: ClipLoader,
): readonly [reels: readonly Reel[], duration: number] {
  const { film } = story;
  if (film && playsFilm(story, wantsFilm)) {
    const seconds = film.clip.seconds ?? story.seconds;
    return [[makeReel(clips, film.job_id, film.clip, 0, seconds)], seconds];
  }
  const reels: Reel[] = [];
  let start = 0;
  for (const { job_id, clip, state, seconds } of story.shots) {
    if (job_id && clip && state === "ready") reels.push(makeReel(clips, job_id, clip, start, seconds));
    start += seconds;
  }
  return [reels, start];
}
