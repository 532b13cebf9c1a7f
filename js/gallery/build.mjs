// Builds the gallery into a folder twice: with the page's texts, and pseudo-localized.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const [, , out] = process.argv;
const pseudo = {
  name: "pseudo",
  setup({ onResolve }) {
    onResolve({ filter: /\/strings$/ }, ({ importer, path }) => {
      if (/pseudo(-grid)?\.ts$/.test(importer)) return undefined;
      return {
        path: `${here}${path === "./strings" && importer.includes("/grid/") ? "pseudo-grid" : "pseudo"}.ts`,
      };
    });
  },
};
const modules = {
  name: "modules",
  setup({ onResolve }) {
    onResolve({ filter: /\/load-module$/ }, () => ({ path: `${here}load-module.ts` }));
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
await build({ ...options, entryPoints: { gallery: "index.ts" }, outdir: out, plugins: [modules] });
await build({ ...options, entryPoints: { pseudo: "index.ts" }, outdir: out, plugins: [pseudo, modules] });
