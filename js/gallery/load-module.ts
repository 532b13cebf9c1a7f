/** Stands in for the page's own loader where no kernel hands modules over: they are in the same bundle, their styles too. */

import { Compare } from "../src/compare/compare";
import { Cover } from "../src/covers/cover";
import { Grid } from "../src/grid/grid";
import { Library } from "../src/library/library";
import { ConnectPanel } from "../src/panels/connect-panel";
import { ImprovementPanel } from "../src/panels/improvement-panel";
import { Queue } from "../src/panels/queue";
import { TrustPanel } from "../src/panels/trust-panel";
import { Vote } from "../src/vote/vote";

const modules = {
  parts: { Compare, ConnectPanel, Cover, ImprovementPanel, Library, Queue, TrustPanel, css: "" },
  grid: { Grid, css: "" },
  vote: { Vote, css: "" },
};

export const loadModule = async (_: unknown, name: keyof typeof modules) => modules[name];
