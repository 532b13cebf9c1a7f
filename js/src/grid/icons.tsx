/** Icons that only a grid has, on the page's grid of 16 px. */

import { Shape } from "../sheet/shape";

export const MoreIcon = () => <Shape path="M3.5 8h.01M8 8h.01M12.5 8h.01" />;
export const FilterIcon = () => <Shape path="M2.5 4.5h11M4.5 8h7M6.5 11.5h3" />;
export const TableIcon = () => <Shape path="M2.75 3.25h10.5v9.5H2.75zM2.75 6.5h10.5M6.75 6.5v6.25" />;
