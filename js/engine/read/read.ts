// From a sentence to a scene, a mood, colours, a pace and props, by the vocabulary of the Python engine alone.
import { vocabulary } from "./vocabulary";

/** What is drawn when no word names a scene: beautiful whatever was meant. */
export const FALLBACK = "silk";
/** The weight of a word that names a scene, and of one that only belongs to it. */
const [SUBJECT, CONTEXT] = [3, 1];
const ENDINGS = ["s", "es", "x", "n", "en", "e"];

/** What was understood; `mood` is empty when none was named, and `words` are those that decided something. */
export interface Reading {
  readonly scene: string;
  readonly mood: string;
  readonly colours: readonly string[];
  readonly pace: number;
  readonly props: readonly string[];
  readonly words: readonly string[];
}

type Meanings = ReadonlyMap<string, readonly string[]>;

/** Turns meaning -> words into word -> meanings, in the order of the table. */
function invert(table: Readonly<Record<string, string>>): Meanings {
  const found = new Map<string, string[]>();
  for (const [meaning, words] of Object.entries(table))
    for (const word of words.split(" ")) found.set(word, [...(found.get(word) ?? []), meaning]);
  return found;
}

/** For each word, how much it speaks for each scene. */
function weigh(): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const found = new Map<string, Map<string, number>>();
  const note = (scene: string, words: string, weight: number) => {
    for (const word of words.split(" ")) found.set(word, (found.get(word) ?? new Map()).set(scene, weight));
  };
  for (const [scene, [subjects, contexts]] of Object.entries(vocabulary.scenes)) {
    note(scene, contexts, CONTEXT);
    note(scene, subjects, SUBJECT);
  }
  return found;
}

const scenes = weigh();
const moods = invert(vocabulary.moods);
const colours = invert(vocabulary.colours);
const paces = invert(vocabulary.paces);
const props = invert(vocabulary.props);
const tables = [scenes, moods, colours, paces, props];

/** Splits into words without accents, capitals or punctuation. */
export function splitWords(text: string): readonly string[] {
  const letters = text.replaceAll("ß", "ss").toLowerCase().replaceAll("ß", "ss").normalize("NFKD");
  return letters.replace(/\p{Mn}/gu, "").match(/[\p{L}\p{Nl}\p{No}]+/gu) ?? [];
}

function isKnown(word: string): boolean {
  return tables.some((table) => table.has(word));
}

/** The word as the tables have it, trying the plurals of all four languages. */
function findWord(word: string): string | undefined {
  const cut = ENDINGS.filter((ending) => word.endsWith(ending)).map((ending) =>
    word.slice(0, -ending.length),
  );
  return [word, ...cut].find(isKnown);
}

/** What words mean in a table, once each, in the order of the sentence. */
function meaningsOf(words: readonly string[], table: Meanings): readonly string[] {
  return [...new Set(words.flatMap((word) => table.get(word) ?? []))];
}

/** The scene the words speak for; among equals the first of the table. */
function sceneOf(words: readonly string[]): string {
  let [best, most] = [FALLBACK, 0];
  for (const scene of Object.keys(vocabulary.scenes)) {
    const score = words.reduce((sum, word) => sum + (scenes.get(word)?.get(scene) ?? 0), 0);
    if (score > most) [best, most] = [scene, score];
  }
  return best;
}

/** Reads a sentence; every word counts once, and the same sentence always means the same. */
export function read(prompt: string): Reading {
  const stems = splitWords(prompt).flatMap((word) => findWord(word) ?? []);
  const words = [...new Set(stems)];
  const named = meaningsOf(words, moods);
  return {
    scene: sceneOf(words),
    mood: named.find((mood) => !vocabulary.weakMoods.includes(mood)) ?? named[0] ?? "",
    colours: meaningsOf(words, colours).slice(0, 2),
    pace: Number(meaningsOf(words, paces)[0] ?? 1),
    props: meaningsOf(words, props),
    words,
  };
}
