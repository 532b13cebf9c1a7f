/** Stands in for the page's own loader where no kernel hands the library's module over: it is in the same bundle. */

import { Library } from "../src/library/library";

export const loadLibrary = async () => Library;
