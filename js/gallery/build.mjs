// Builds the gallery into a folder twice: with the page's texts, and pseudo-localized.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const [, , out] = process.argv;
/** Every table of texts is lengthened: the page's own, and those of its modules. */
const pseudo = {
  name: "pseudo",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\/strings$/ }, ({ importer, path, namespace, resolveDir }) => {
      if (namespace === "lengthened" || /pseudo\.ts$/.test(importer)) return undefined;
      const isOwn = path === "./strings" && !/[\\/]text$/.test(resolveDir);
      return isOwn
        ? { path: `${resolveDir}/strings.ts`, namespace: "lengthened" }
        : { path: `${here}pseudo.ts` };
    });
    onLoad({ filter: /.*/, namespace: "lengthened" }, ({ path }) => ({
      contents: `import { en } from ${JSON.stringify(path)};
        import { lengthen } from ${JSON.stringify(`${here}pseudo.ts`)};
        export const strings = lengthen(en);`,
      resolveDir: here,
    }));
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
