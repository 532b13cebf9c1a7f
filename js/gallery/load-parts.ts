/** Stands in for the page's own loader where no kernel hands the parts over: they are in the same bundle, their styles too. */

import { Compare } from "../src/compare/compare";
import { Cover } from "../src/covers/cover";
import { Library } from "../src/library/library";
import { ConnectPanel } from "../src/panels/connect-panel";
import { TrustPanel } from "../src/panels/trust-panel";

const parts = { Compare, ConnectPanel, Cover, Library, TrustPanel, css: "" };
export const loadParts = async () => parts;
