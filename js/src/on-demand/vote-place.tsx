/** The box of a blind vote. It has its height from the first moment: nothing below it ever moves. */

import type { View } from "../state/view";
import { useModule } from "./use-module";

export function VotePlace({ view }: { view: View }) {
  const { module, fault } = useModule(view, "vote", true);
  return (
    <div class="videogen-vote">
      {module && <style>{module.css}</style>}
      {module && <module.Vote view={view} />}
      {fault && <p class="videogen-card videogen-hint">{fault}</p>}
    </div>
  );
}
