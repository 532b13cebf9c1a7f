// The words and looks of the Python engine.
import type { WrittenLook } from "../draw/look";
import generated from "./vocabulary.gen.json";

interface Vocabulary {
  /** For each scene the words that name it, then those that merely belong to it. */
  readonly scenes: Readonly<Record<string, readonly [string, string]>>;
  readonly moods: Readonly<Record<string, string>>;
  /** Moods that give way to a time of day in the same sentence. */
  readonly weakMoods: readonly string[];
  readonly colours: Readonly<Record<string, string>>;
  /** Hue angles in OKLab, in degrees, of the colours. */
  readonly hues: Readonly<Record<string, number>>;
  readonly paces: Readonly<Record<string, string>>;
  readonly props: Readonly<Record<string, string>>;
  /** The weather that a scene has anyway, or cannot have. */
  readonly own: Readonly<Record<string, readonly string[]>>;
  /** For each scene its looks by mood; the first look is its own. */
  readonly looks: Readonly<Record<string, Readonly<Record<string, WrittenLook>>>>;
}

export const vocabulary = generated as unknown as Vocabulary;
