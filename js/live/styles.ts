/** The local engine's styles as contestants, and the scenes that are prepared in all of them. */

export interface Contestant {
  readonly model: string;
  /** How long the engine takes for such a clip; the rehearsal tells it, and does not wait for it. */
  readonly seconds: number;
}

export const CONTESTANTS: readonly Contestant[] = [
  { model: "local/scenes", seconds: 1.6 },
  { model: "local/ink", seconds: 2.1 },
  { model: "local/grain", seconds: 1.8 },
];
export const SCENES: readonly string[] = ["aurora", "forest", "desert"];

/** The name of a scene's clip in a style: "sea", "sea-ink". */
export function filmOf(scene: string, model: string): string {
  const style = model.replace("local/", "");
  return style === "scenes" ? scene : `${scene}-${style}`;
}
