/** The second module of the page: the parts that most widgets never show. It comes from the kernel when one is first wanted. */

import compare from "./styles/compare.css";
import covers from "./styles/covers.css";
import library from "./styles/library.css";
import panels from "./styles/panels.css";

export { Compare } from "./compare/compare";
export { Cover } from "./covers/cover";
export { Library } from "./library/library";
export { ConnectPanel } from "./panels/connect-panel";
export { ImprovementPanel } from "./panels/improvement-panel";
export { Queue } from "./panels/queue";
export { TrustPanel } from "./panels/trust-panel";

export const css: string = library + compare + covers + panels;
