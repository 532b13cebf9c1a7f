/** A stylesheet as text, as the build of the parts gives it. */
declare module "*.css" {
  const css: string;
  export default css;
}
