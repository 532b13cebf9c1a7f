/** The box of a story. It has its height from the first moment; it grows only where somebody opens a shot or the player. */

import type { StoryView } from "../kernel/protocol.gen";
import type { View } from "../state/view";
import { useModule } from "./use-module";

export function StoryPlace({ view, story }: { view: View; story: StoryView }) {
  const { module, fault } = useModule(view, "story", true);
  return (
    <div class="videogen-story" style={{ "--videogen-aspect": String(story.aspect) }}>
      {module && <style>{module.css}</style>}
      {module && <module.Story view={view} story={story} />}
      {fault && <p class="videogen-card videogen-hint">{fault}</p>}
    </div>
  );
}
