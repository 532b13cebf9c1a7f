// Lists the packages inside a bundle with their licences.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The packages whose files are in a bundle, by esbuild's metafile. */
export function packagesIn(metafile) {
  const bundled = Object.values(metafile.outputs).flatMap((output) => Object.keys(output.inputs));
  const names = bundled.map(
    (path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(path)?.[1],
  );
  return [...new Set(names.filter(Boolean))].sort();
}

/** A text with the name, version and licence of every package of a file; fails for a package without a licence text. */
export function licences(metafile, root, file = "widget.js") {
  const texts = packagesIn(metafile).map((name) => {
    const home = join(root, "node_modules", name);
    const { version, license } = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
    const licence = readdirSync(home).find((entry) => /^licen[cs]e/i.test(entry));
    if (!licence) throw new Error(`${name} has no licence to carry along`);
    return `## ${name} ${version} (${license})\n\n${readFileSync(join(home, licence), "utf8").trim()}\n`;
  });
  const head = `# What is inside ${file} beside jupyter-videogen's own code\n\nWritten by js/licences.mjs.\n`;
  return [head, ...texts].join("\n");
}
