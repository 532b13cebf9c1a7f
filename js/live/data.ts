/** What `scripts/live.py` writes for the rehearsal: views of the real widget, the engine's vocabulary, and facts of the clips. */

import type { ClipView, ErrorView, FormView, JobView } from "../src/kernel/protocol.gen";

/** The words of the engine, as `gateway/engine/prompt` has them. */
export interface Vocabulary {
  /** For each word, how much it speaks for each scene. */
  readonly scenes: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** The scenes in the order that settles a tie. */
  readonly order: readonly string[];
  /** Words of moods, colours, paces and props. */
  readonly others: readonly string[];
  /** The weight of a word that names a scene. */
  readonly subject: number;
  /** What is drawn when no word names a scene. */
  readonly fallback: string;
  /** For each scene its title, and a sentence that it shows. */
  readonly examples: Readonly<Record<string, readonly [title: string, prompt: string]>>;
}

/** A scene in two of the engine's styles, side by side. */
export interface Pair {
  readonly scene: string;
  /** A model. */
  readonly left: string;
  readonly right: string;
}

/** One of the engine's styles, which a comparison and a vote are about. */
export interface Contestant {
  readonly model: string;
  /** How long the engine takes for such a clip; the rehearsal tells it, and does not wait for it. */
  readonly seconds: number;
}

export interface RehearsalData {
  readonly vocabulary: Vocabulary;
  /** The form of the local engine as visitors see it. */
  readonly form: FormView;
  /** A draft of the local engine, whose other values are put in here. */
  readonly draft: JobView;
  /** What the engine says when it refuses a prompt. */
  readonly refusal: ErrorView;
  /** The clips by name: a scene, or a scene and a style as "sea-ink". */
  readonly clips: Readonly<Record<string, Omit<ClipView, "src">>>;
  /** What the vote asks about, in its order. */
  readonly pairs: readonly Pair[];
  readonly contestants: readonly Contestant[];
}
