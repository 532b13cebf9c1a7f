/** A module of the page: it asks for blind votes and draws what they come to; it comes from the kernel when one is first shown. */

import vote from "../styles/vote.css";

export { Vote } from "./vote";

export const css: string = vote;
