// Builds the gallery into a folder twice: with the page's texts, and pseudo-localized.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const [, , out] = process.argv;
const pseudo = {
  name: "pseudo",
  setup({ onResolve }) {
    onResolve({ filter: /\/strings$/ }, ({ importer }) =>
      importer.endsWith("pseudo.ts") ? undefined : { path: `${here}pseudo.ts` },
    );
  },
};
const library = {
  name: "library",
  setup({ onResolve }) {
    onResolve({ filter: /\/load-parts$/ }, () => ({ path: `${here}load-parts.ts` }));
  },
};
const options = {
  absWorkingDir: here,
  bundle: true,
  format: "iife",
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
  charset: "utf8",
  logLevel: "warning",
};
await build({ ...options, entryPoints: { gallery: "index.ts" }, outdir: out, plugins: [library] });
await build({ ...options, entryPoints: { pseudo: "index.ts" }, outdir: out, plugins: [pseudo, library] });
