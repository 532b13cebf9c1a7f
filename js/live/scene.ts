/** Which scene a sentence asks for, as `gateway/engine/prompt/parser.py` reads it. */

import type { Vocabulary } from "./data";

/** Endings of plurals in the four languages, in the order in which they are tried. */
const ENDINGS = ["s", "es", "x", "n", "en", "e"];

/** The words of a text without accents, capitals or punctuation. */
function splitWords(text: string): readonly string[] {
  const letters = text.replaceAll("ß", "ss").toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");
  return letters.match(/\p{L}+/gu) ?? [];
}

function stem(word: string, vocabulary: Vocabulary): string | undefined {
  const isKnown = (one: string) => Object.hasOwn(vocabulary.scenes, one) || vocabulary.others.includes(one);
  const stems = ENDINGS.filter((ending) => word.endsWith(ending)).map((ending) =>
    word.slice(0, -ending.length),
  );
  return [word, ...stems].find(isKnown);
}

function listStems(text: string, vocabulary: Vocabulary): readonly string[] {
  const found = splitWords(text).map((word) => stem(word, vocabulary));
  return [...new Set(found.filter((word) => word !== undefined))];
}

interface Reading {
  readonly scene: string;
  /** Some word speaks for the scene. */
  readonly isNamed: boolean;
}

/** Read a sentence, without what the words of `negative` name; among equals the first scene of the table is meant. */
export function readScene(prompt: string, negative: string, vocabulary: Vocabulary): Reading {
  const unwanted = listStems(negative, vocabulary);
  const weigh = (word: string, scene: string) => vocabulary.scenes[word]?.[scene] ?? 0;
  const isWanted = (scene: string) => !unwanted.some((word) => weigh(word, scene) === vocabulary.subject);
  const wanted = vocabulary.order.filter(isWanted);
  const words = listStems(prompt, vocabulary).filter((word) => !unwanted.includes(word));
  const score = (scene: string) => words.reduce((sum, word) => sum + weigh(word, scene), 0);
  const candidates = wanted.length > 0 ? wanted : vocabulary.order;
  const best = candidates.reduce((top, scene) => (score(scene) > score(top) ? scene : top));
  const isNamed = score(best) > 0;
  return {
    scene: isNamed || !candidates.includes(vocabulary.fallback) ? best : vocabulary.fallback,
    isNamed,
  };
}
