/** A story: its head, its shots in a strip, one playhead over all of them, the box of the opened shot, and its foot. */

import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { StoryView } from "../kernel/protocol.gen";
import type { View } from "../state/view";
import { Announcer } from "./announcer";
import { ShotBox } from "./box";
import { Desk, NEW_SHOT } from "./desk";
import { Footer } from "./footer";
import { Header } from "./header";
import { useKeptFocus } from "./kept-focus";
import { NewShot } from "./new-shot";
import { Screen } from "./screen";
import { Strip } from "./strip";
import { Transport } from "./transport";

interface BoxProps {
  readonly desk: Desk;
  readonly story: StoryView;
  readonly opened: number | null;
}

function Box({ desk, story, opened }: BoxProps) {
  if (opened === null || desk.isStill) return null;
  if (opened === NEW_SHOT) return <NewShot desk={desk} />;
  const shot = story.shots.find(({ id }) => id === opened);
  return shot ? <ShotBox key={shot.id} desk={desk} story={story} shot={shot} /> : null;
}

export function Story({ view, story }: { view: View; story: StoryView }) {
  const desk = useMemo(() => new Desk(view), [view]);
  useLayoutEffect(() => () => desk.dispose(), [desk]);
  // Read here: what goes with the box has its focus kept by the whole.
  const opened = desk.opened.value;
  const wantsFilm = desk.wantsFilm.value;
  useLayoutEffect(() => desk.thread(story), [story, wantsFilm]);
  const { joinsWhenReady } = desk;
  const isDue = joinsWhenReady.value && story.can_join && story.waits_for === null;
  useLayoutEffect(() => {
    if (isDue) void desk.join();
  }, [isDue]);
  const node = useRef<HTMLDivElement>(null);
  const keeper = useKeptFocus(node, () => desk.current.peek());
  return (
    <div ref={node} class="videogen-story-body" {...keeper}>
      <Header desk={desk} story={story} />
      {desk.isScreenOpen.value && <Screen desk={desk} story={story} />}
      <Strip desk={desk} story={story} />
      <Transport desk={desk} story={story} />
      <Box desk={desk} story={story} opened={opened} />
      <Footer desk={desk} story={story} />
      <Announcer desk={desk} story={story} />
    </div>
  );
}
