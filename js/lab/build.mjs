// Bundles the extension of JupyterLab and Notebook as they load it: a script that registers a container of module
// federation (webpack's first version, unchanged from JupyterLab 4.2 to 4.6). The host's own packages are asked from
// its share scope when the container is opened, and nothing of others is bundled.
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, transform } from "esbuild";

const NAME = "jupyter-videogen";
const here = fileURLToPath(new URL(".", import.meta.url));
const out = fileURLToPath(new URL("../../labextension/", import.meta.url));
const { labextension: limitKilobytes } = JSON.parse(readFileSync(`${here}../budgets.json`, "utf8"));
const { version } = JSON.parse(readFileSync(`${here}../package.json`, "utf8"));

const shared = new Set();
const bundled = await build({
  absWorkingDir: here,
  entryPoints: ["src/index.ts"],
  bundle: true,
  write: false,
  format: "cjs",
  target: "es2022",
  minify: true,
  charset: "ascii",
  logLevel: "warning",
  plugins: [
    {
      name: "shared",
      setup({ onResolve, onLoad }) {
        onLoad({ filter: /\.css$/ }, async ({ path }) => {
          const { code } = await transform(readFileSync(path, "utf8"), { loader: "css", minify: true });
          return { contents: code, loader: "text" };
        });
        onResolve({ filter: /^@(jupyterlab|lumino)\// }, ({ path }) => {
          shared.add(path);
          return { path, external: true };
        });
      },
    },
  ],
});

// A host that lacks one of the packages is none that we know: the extension rests there. `__esModule` is what tells
// Voila that `default` is the list of plugins.
const container = `(()=>{let scope;const names=${JSON.stringify([...shared].sort())};
const newest=(versions)=>Object.keys(versions).sort((a,b)=>a.localeCompare(b,"en",{numeric:true})).pop();
const load=async(name)=>[name,(await scope[name][newest(scope[name])].get())()];
const run=(table)=>{const module={exports:{}};((module,exports,require)=>{${bundled.outputFiles[0].text}})(module,module.exports,(name)=>table[name]);return module.exports};
(window._JUPYTERLAB??={})[${JSON.stringify(NAME)}]={
init(given){scope=given},
async get(){if(!names.every((name)=>scope?.[name]))return()=>({__esModule:true,default:[]});
const made=run(Object.fromEntries(await Promise.all(names.map(load))));return()=>made}}})();
`;
const hash = createHash("sha256").update(container).digest("hex").slice(0, 20);
const entry = `static/remoteEntry.${hash}.js`; // browsers keep it for long, so that its name changes with it

rmSync(out, { recursive: true, force: true });
mkdirSync(`${out}static`, { recursive: true });
writeFileSync(out + entry, container);
cpSync(`${here}schema`, `${out}schemas/${NAME}`, { recursive: true });
const write = (name, content) => writeFileSync(out + name, `${JSON.stringify(content, null, 2)}\n`);
write("package.json", {
  name: NAME,
  version,
  description: "Videos in notebooks: outputs that play without a kernel.",
  license: "BSD-3-Clause",
  jupyterlab: { extension: true, schemaDir: "schema", _build: { load: entry, extension: "./extension" } },
});
write("install.json", {
  packageManager: "python",
  packageName: NAME,
  uninstallInstructions: `Use your Python package manager (pip, conda, …) to uninstall the package ${NAME}.`,
});

const size = gzipSync(container, { level: 9 }).length / 1000;
console.log(`labextension ${size.toFixed(1)} kB gzipped (limit ${limitKilobytes} kB)`);
if (size > limitKilobytes) console.warn("The extension is over its limit.");
