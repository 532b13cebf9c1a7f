/** The texts of a grid, as long as another language may make them. */

import { en } from "../src/grid/strings";
import { lengthen } from "./pseudo";

export const strings = lengthen(en);
