// Bundles the module of the parts that are loaded on demand: a function of what it shares with the page.
import { createHash } from "node:crypto";
import { join, relative } from "node:path";
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
  const entry = "src/on-demand/kit.ts";
  const { metafile } = await build({
    ...options,
    absWorkingDir: folder,
    entryPoints: [entry],
    outdir: "out",
    metafile: true,
  });
  return Object.values(metafile.outputs).flatMap(({ exports }) => exports);
}

/** The folders whose files are in the module; whatever else they import comes from the page. */
const folders = /^src[\\/](library|compare|covers|panels)[\\/]/;

function takeFromPage(names, root) {
  const kit = names.map((name) => `export const ${name} = kit.${name};`).join("\n");
  return {
    name: "kit",
    setup({ onResolve, onLoad }) {
      const isOurs = (path, from) => path.startsWith(".") && folders.test(relative(root, join(from, path)));
      onResolve({ filter: /^(\.{1,2}\/|preact|@preact)/ }, ({ path, resolveDir, kind }) =>
        kind === "entry-point" || path.endsWith(".css") || isOurs(path, resolveDir)
          ? undefined
          : { path: "kit", namespace: "kit" },
      );
      onLoad({ filter: /.*/, namespace: "kit" }, () => ({ contents: kit }));
    },
  };
}

/** Stylesheets as texts, minified. */
const cssAsText = {
  name: "css",
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { outputFiles } = await build({ ...options, entryPoints: [path], outdir: "out" });
      return { contents: outputFiles[0].text.trim(), loader: "text" };
    });
  },
};

export async function bundleParts(folder) {
  const { outputFiles } = await build({
    ...options,
    absWorkingDir: folder,
    entryPoints: ["src/parts.ts"],
    outdir: "out",
    format: "iife",
    globalName: "parts",
    plugins: [takeFromPage(await listKit(folder), folder), cssAsText],
    logOverride: { "import-is-undefined": "error" },
  });
  const body = `export default function make(kit){${outputFiles[0].text}return parts}`;
  const hash = createHash("sha256").update(body).digest("hex").slice(0, 16);
  return { build: hash, code: `/*${hash}*/${body}\n` };
}
