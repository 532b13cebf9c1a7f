// Bundles the page into the Python package: one ES module, one stylesheet, and the modules that the kernel hands over when
// one is first wanted; nothing is fetched from anywhere else.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { minify } from "terser";
import { licences } from "./licences.mjs";
import { bundleModules, bundleStudy } from "./modules.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
/** Kilobytes gzipped; the page is its script and its stylesheet. */
const budgets = JSON.parse(readFileSync(`${here}budgets.json`, "utf8"));
const out = fileURLToPath(new URL("../src/jupyter_videogen/static/", import.meta.url));

const modules = Object.entries(await bundleModules(here));
mkdirSync(out, { recursive: true });
for (const [name, { code }] of modules) writeFileSync(`${out}${name}.js`, code);

// Pages are handed out, so the licences of what is in the script go with it.
const study = await bundleStudy(here);
const notice = licences(study.metafile, here, "study.js").replaceAll("*/", "");
writeFileSync(`${out}study.js`, `/*\n${notice}*/\n${study.script}\n`);
writeFileSync(`${out}study.css`, `${study.style}\n`);
const builds = Object.fromEntries(modules.map(([name, { build: hash }]) => [name, hash]));

const { metafile } = await build({
  absWorkingDir: here,
  entryPoints: { widget: "src/index.ts" },
  outdir: out,
  bundle: true,
  format: "iife",
  globalName: "page",
  target: "es2022",
  minify: true,
  jsx: "automatic",
  jsxImportSource: "preact",
  define: { MODULE_BUILDS: JSON.stringify(builds) },
  legalComments: "none", // all licences are in THIRD_PARTY.md
  metafile: true,
  charset: "ascii", // one character outside Latin-1 doubles the memory that the source takes in the browser
  logLevel: "warning",
});

// Terser takes a kilobyte off what esbuild leaves.
const squeeze = { ecma: 2022, compress: { passes: 2 }, format: { ascii_only: true } };
const { code } = await minify(readFileSync(`${out}widget.js`, "utf8"), squeeze);

// Hosts import the module again for every widget, and browsers never release a module: every import after the first
// returns what the first one made. The function has no parentheses around it, since engines compile such a one eagerly.
const mark = JSON.stringify(`jupyter-videogen ${createHash("sha256").update(code).digest("hex")}`);
writeFileSync(
  `${out}widget.js`,
  `function make(){${code}return page.default}const mark=Symbol.for(${mark});export default globalThis[mark]??=make();\n`,
);

// The browser engine is a module of its own: it runs in a worker, where no page is. All of it is ours.
await build({
  absWorkingDir: here,
  entryPoints: { engine: "engine/index.ts" },
  outdir: out,
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  charset: "ascii",
  logLevel: "warning",
});
const { code: tight } = await minify(readFileSync(`${out}engine.js`, "utf8"), { ...squeeze, module: true });
writeFileSync(`${out}engine.js`, `${tight}\n`);

writeFileSync(`${out}THIRD_PARTY.md`, licences(metafile, here));

// Every widget has the page's module in its state, so its size counts in notebooks. A warning, not a failure, since it must not
// stop an installation from source; a test holds the budgets.
const measure = (...names) =>
  names.reduce((sum, name) => sum + gzipSync(readFileSync(out + name), { level: 9 }).length / 1000, 0);
const sizes = { page: measure("widget.js", "widget.css") };
for (const [name] of modules) sizes[name] = measure(`${name}.js`);
sizes.study = measure("study.js", "study.css");
sizes.engine = measure("engine.js");
for (const [name, size] of Object.entries(sizes)) {
  console.log(`${name} ${size.toFixed(1)} kB gzipped (limit ${budgets[name]} kB)`);
  if (size > budgets[name]) console.warn(`${name} is over its limit.`);
}
