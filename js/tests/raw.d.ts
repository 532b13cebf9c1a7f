/** A file as text, as Vite gives it: its JSON reader refuses half a surrogate pair, which a case is about. */
declare module "*?raw" {
  const text: string;
  export default text;
}
