/** The second module of the page: the parts that most widgets never show. It comes from the kernel when one is first wanted. */

import compare from "../styles/compare.css";
import covers from "../styles/covers.css";
import form from "../styles/form.css";
import library from "../styles/library.css";
import panels from "../styles/panels.css";
import share from "../styles/share.css";

export { Compare } from "../compare/compare";
export { Cover } from "../covers/cover";
export { Form } from "../form/form";
export { Library } from "../library/library";
export { Queue } from "../panels/queue";
export { Share } from "../panels/share";

export const css: string = form + library + compare + covers + panels + share;
