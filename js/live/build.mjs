// Bundles the stand-in kernel of the live page; `scripts/live.py` calls it with what the stand-in knows, and a folder.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const [, , data, out] = process.argv;
await build({
  absWorkingDir: here,
  entryPoints: { live: "index.ts" },
  outdir: out,
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  charset: "utf8",
  define: { REHEARSAL: readFileSync(data, "utf8") },
  logLevel: "warning",
});
