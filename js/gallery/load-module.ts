/** Stands in for the page's own loader where no kernel hands modules over: each is in the same bundle, with its own styles. */

import * as grid from "../src/grid";
import * as parts from "../src/parts";
import * as story from "../src/story";
import * as vote from "../src/vote";

const modules = { parts, grid, vote, story };

let gate: Promise<void> = Promise.resolve();

/** Hold the modules back until the returned function is called, as a kernel that is slow does. */
export function holdModules(): () => void {
  let open = () => {};
  gate = new Promise((resolve) => {
    open = resolve;
  });
  return open;
}

export async function loadModule(_: unknown, name: keyof typeof modules) {
  await gate;
  return modules[name];
}
