// Plays a visit on the stand-in kernel: `node visit.mjs FOLDER VISIT` prints what it says; with `scenes`
// it reads sentences instead.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const [, , folder, asked, kind] = process.argv;
const { outputFiles } = await build({
  absWorkingDir: here,
  entryPoints: ["visit.ts"],
  bundle: true,
  write: false,
  platform: "node",
  format: "esm",
  logLevel: "warning",
});
const { play, readScenes } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
const read = (path) => readFileSync(path, "utf8");
/** A pack is a call with a name and a text. */
const load = async (name) => {
  let given = "";
  new Function("videogenLive", read(`${folder}/${name}.js`))((_, text) => {
    given = text;
  });
  return given;
};
const [data, given] = [JSON.parse(read(`${folder}/data.json`)), JSON.parse(read(asked))];
console.log(kind === "scenes" ? readScenes(data, given) : await play(data, load, given));
