// Bundles the modules that are loaded on demand, each a function of what it shares with the page, and the script of exported
// pages, which stands alone.
import { createHash } from "node:crypto";
import { join, relative } from "node:path";
import { build } from "esbuild";

/** Each has its entry, and the folders whose files are in it; whatever else these import comes from the page. */
const MODULES = {
  parts: {
    entry: "src/parts/index.ts",
    folders: ["parts", "form", "library", "compare", "covers", "panels", "sheet"],
  },
  vote: { entry: "src/vote/index.ts", folders: ["vote", "compare"] },
  story: { entry: "src/story/index.ts", folders: ["story", "compare", "sheet"] },
  grid: { entry: "src/grid/index.ts", folders: ["grid", "compare", "sheet"] },
};

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

function takeFromPage(names, root, folders) {
  const ours = new RegExp(`^src[\\\\/](${folders.join("|")})[\\\\/]`);
  const kit = names.map((name) => `export const ${name} = kit.${name};`).join("\n");
  return {
    name: "kit",
    setup({ onResolve, onLoad }) {
      const isOurs = (path, from) => path.startsWith(".") && ours.test(relative(root, join(from, path)));
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
export const cssAsText = {
  name: "css",
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { outputFiles } = await build({ ...options, entryPoints: [path], outdir: "out" });
      return { contents: outputFiles[0].text.trim(), loader: "text" };
    });
  },
};

async function bundleModule(folder, kit, [name, { entry, folders }]) {
  const { outputFiles } = await build({
    ...options,
    absWorkingDir: folder,
    entryPoints: [entry],
    outdir: "out",
    format: "iife",
    globalName: "module",
    plugins: [takeFromPage(kit, folder, folders), cssAsText],
    logOverride: { "import-is-undefined": "error" },
  });
  const body = `export default function make(kit){${outputFiles[0].text}return module}`;
  const hash = createHash("sha256").update(body).digest("hex").slice(0, 16);
  return [name, { build: hash, code: `/*${hash}*/${body}\n` }];
}

/** Return the modules by name, each with its source and the hash that names it. */
export async function bundleModules(folder) {
  const kit = await listKit(folder);
  return Object.fromEntries(
    await Promise.all(Object.entries(MODULES).map((module) => bundleModule(folder, kit, module))),
  );
}

/** Return the script and the stylesheet of an exported page, and what went into them. */
export async function bundleStudy(folder) {
  const study = { ...options, absWorkingDir: folder, outdir: "out" };
  const [script, style] = await Promise.all([
    build({ ...study, entryPoints: ["src/study/index.tsx"], format: "iife", metafile: true }),
    build({ ...study, entryPoints: ["src/styles/study.css"] }),
  ]);
  return {
    script: script.outputFiles[0].text.trim(),
    style: style.outputFiles[0].text.trim(),
    metafile: script.metafile,
  };
}
