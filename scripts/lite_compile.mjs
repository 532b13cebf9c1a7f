// Run `lite_compile.py` in Pyodide: node lite_compile.mjs PYODIDE WHEELS TARGET
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [place, wheels, target] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(join(place, "pyodide.mjs")).href);
const pyodide = await loadPyodide();
for (const [name, root] of [["/wheels", wheels], ["/target", target]]) {
  pyodide.FS.mkdir(name);
  pyodide.FS.mount(pyodide.FS.filesystems.NODEFS, { root }, name);
}
pyodide.runPython(readFileSync(new URL("lite_compile.py", import.meta.url), "utf8"));
pyodide.runPython('main("/wheels", "/target")');
