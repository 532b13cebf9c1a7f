// Bundles the modules that are drawn on demand: each is a function of the page's own parts, which it shares with the page.
import { createHash } from "node:crypto";
import { build } from "esbuild";

/** Each has its folder and its stylesheet; what several of them draw with is in `sheet`, and in each. */
export const MODULES = ["library", "grid"];

const options = {
  bundle: true,
  write: false,
  format: "esm",
  target: "es2022",
  minify: true,
  jsx: "automatic",
  jsxImportSource: "preact",
  legalComments: "none",
  charset: "ascii",
  logLevel: "warning",
};

/** The names that the page shares. */
async function listKit(folder) {
  const entry = "src/modules/kit.ts";
  const { metafile } = await build({
    ...options,
    absWorkingDir: folder,
    entryPoints: [entry],
    outdir: "out",
    metafile: true,
  });
  return Object.values(metafile.outputs).flatMap(({ exports }) => exports);
}

/** Whatever is neither in the module's own folder nor in `sheet` comes from the page. */
function takeFromPage(names) {
  const kit = names.map((name) => `export const ${name} = kit.${name};`).join("\n");
  return {
    name: "kit",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^(\.\.\/|preact|@preact)/ }, ({ path }) =>
        path.endsWith(".css") || path.startsWith("../sheet/") ? undefined : { path: "kit", namespace: "kit" },
      );
      onLoad({ filter: /.*/, namespace: "kit" }, () => ({ contents: kit }));
    },
  };
}

/** The stylesheet as a text, minified. */
const cssAsText = {
  name: "css",
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { outputFiles } = await build({ ...options, entryPoints: [path], outdir: "out" });
      return { contents: outputFiles[0].text.trim(), loader: "text" };
    });
  },
};

async function bundleModule(folder, name, kit) {
  const { outputFiles } = await build({
    ...options,
    absWorkingDir: folder,
    entryPoints: [`src/${name}/index.tsx`],
    outdir: "out",
    format: "iife",
    globalName: "module",
    plugins: [takeFromPage(kit), cssAsText],
    logOverride: { "import-is-undefined": "error" },
  });
  const body = `export default function make(kit){${outputFiles[0].text}return module.default}`;
  const hash = createHash("sha256").update(body).digest("hex").slice(0, 16);
  return [name, { build: hash, code: `/*${hash}*/${body}\n` }];
}

/** Return the modules by name, each with its source and the hash that names it. */
export async function bundleModules(folder) {
  const kit = await listKit(folder);
  return Object.fromEntries(await Promise.all(MODULES.map((name) => bundleModule(folder, name, kit))));
}
