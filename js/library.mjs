// Bundles the library's module: a function of the page's own parts, which it shares with the page.
import { createHash } from "node:crypto";
import { build } from "esbuild";

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
  const entry = "src/history/kit.ts";
  const { metafile } = await build({
    ...options,
    absWorkingDir: folder,
    entryPoints: [entry],
    outdir: "out",
    metafile: true,
  });
  return Object.values(metafile.outputs).flatMap(({ exports }) => exports);
}

/** Whatever is not in the library's own folder comes from the page. */
function takeFromPage(names) {
  const kit = names.map((name) => `export const ${name} = kit.${name};`).join("\n");
  return {
    name: "kit",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^(\.\.\/|preact|@preact)/ }, ({ path }) =>
        path.endsWith(".css") ? undefined : { path: "kit", namespace: "kit" },
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

export async function bundleLibrary(folder) {
  const { outputFiles } = await build({
    ...options,
    absWorkingDir: folder,
    entryPoints: ["src/library/index.tsx"],
    outdir: "out",
    format: "iife",
    globalName: "library",
    plugins: [takeFromPage(await listKit(folder)), cssAsText],
    logOverride: { "import-is-undefined": "error" },
  });
  const body = `export default function make(kit){${outputFiles[0].text}return library.default}`;
  const hash = createHash("sha256").update(body).digest("hex").slice(0, 16);
  return { build: hash, code: `/*${hash}*/${body}\n` };
}
