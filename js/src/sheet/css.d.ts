/** A stylesheet as text, as the build of a module gives it. */
declare module "*/library.css" {
  const css: string;
  export default css;
}
declare module "*/grid.css" {
  const css: string;
  export default css;
}
