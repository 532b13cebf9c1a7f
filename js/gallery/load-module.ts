/** Stands in for the page's own loader where no kernel hands modules over: they are in the same bundle, their styles too. */

import { Compare } from "../src/compare/compare";
import { Cover } from "../src/covers/cover";
import { Form } from "../src/form/form";
import { Grid } from "../src/grid/grid";
import { Library } from "../src/library/library";
import { Queue } from "../src/panels/queue";
import { Share } from "../src/panels/share";
import { Vote } from "../src/vote/vote";

const modules = {
  parts: { Compare, Cover, Form, Library, Queue, Share, css: "" },
  grid: { Grid, css: "" },
  vote: { Vote, css: "" },
};

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
