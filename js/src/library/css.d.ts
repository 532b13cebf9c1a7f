/** A stylesheet as text, as the build of the library gives it. */
declare module "*/library.css" {
  const css: string;
  export default css;
}
