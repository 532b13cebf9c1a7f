/** Which clip shows a scene in one of the engine's styles. */

import type { RehearsalData } from "./data";

/** The name of a scene's clip in a style: "aurora", "aurora-ink". */
export function filmOf(scene: string, model: string): string {
  const style = model.replace("local/", "");
  return style === "scenes" ? scene : `${scene}-${style}`;
}

/** The scenes that are prepared in every style. */
export const listStyled = ({ pairs }: RehearsalData): readonly string[] => pairs.map(({ scene }) => scene);
