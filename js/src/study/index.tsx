/** The script of an exported page: it takes the place of the table that plays without it. */

import { render } from "preact";
import { readStudy } from "./facts";
import { Study } from "./study";

const node = document.querySelector("#study");
if (node) {
  const study = readStudy(document);
  node.replaceChildren();
  render(<Study study={study} />, node);
}
