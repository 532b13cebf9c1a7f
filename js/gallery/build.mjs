// Builds the gallery into a folder twice: with the page's texts, and pseudo-localized.
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { cssAsText } from "../modules.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const [, , out] = process.argv;
/** The page's own texts; each module has a `strings.ts` of its own, which exports its table as `en`. */
const PAGE_TEXTS = /[\\/]text[\\/]strings$/;
const pseudo = {
  name: "pseudo",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\/strings$/ }, ({ importer, path, resolveDir }) => {
      if (importer.endsWith("pseudo.ts") || importer.startsWith("own:")) return undefined;
      const file = resolve(resolveDir, path);
      return PAGE_TEXTS.test(file) ? { path: `${here}pseudo.ts` } : { path: `own:${file}`, namespace: "own" };
    });
    onLoad({ filter: /.*/, namespace: "own" }, ({ path }) => {
      const file = JSON.stringify(`${path.slice("own:".length)}.ts`);
      const contents = `import { en } from ${file}; import { lengthen, strings as page } from "./pseudo";
export * from ${file}; export const strings = { ...page, ...lengthen(en) };`;
      return { contents, resolveDir: here };
    });
  },
};
const modules = {
  name: "modules",
  setup({ onResolve }) {
    onResolve({ filter: /\/load-module$/ }, () => ({ path: `${here}load-module.ts` }));
  },
};
/** A module brings its own styles; those of the page are a stylesheet. */
const moduleStyles = {
  name: "module-styles",
  setup({ onResolve, onLoad }) {
    cssAsText.setup({ onLoad: ({ filter }, load) => onLoad({ filter, namespace: "text" }, load) });
    onResolve({ filter: /\.css$/ }, ({ path, resolveDir, importer }) =>
      importer.endsWith("index.ts") && !path.endsWith("/styles.css")
        ? { path: resolve(resolveDir, path), namespace: "text" }
        : undefined,
    );
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
await build({
  ...options,
  entryPoints: { gallery: "index.ts" },
  outdir: out,
  plugins: [modules, moduleStyles],
});
await build({
  ...options,
  entryPoints: { pseudo: "index.ts" },
  outdir: out,
  plugins: [pseudo, modules, moduleStyles],
});
