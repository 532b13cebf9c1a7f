/** A file as text, as Vite gives it: its JSON reader refuses half a surrogate pair, which a case is about. */
declare module "*?raw" {
  const text: string;
  export default text;
}

interface ImportMeta {
  /** Vite's: the files of this pattern, each as its text. */
  glob<T>(pattern: string, options: { query: "?raw"; import: "default"; eager: true }): Record<string, T>;
}
