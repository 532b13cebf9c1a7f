/** Icons that only a story has. */

import { Shape } from "../sheet/shape";

export const EarlierIcon = () => <Shape path="m9.75 4-4 4 4 4" />;
export const LaterIcon = () => <Shape path="m6.25 4 4 4-4 4" />;
export const JoinIcon = () => <Shape path="M2.25 4.5h4v7h-4zM9.75 4.5h4v7h-4zM6.25 8h3.5" />;
export const PlusIcon = () => <Shape path="M8 3.25v9.5M3.25 8h9.5" />;
export const UndoIcon = () => <Shape path="M5.5 3 2.75 5.75 5.5 8.5M3 5.75h6.25a3.75 3.75 0 0 1 0 7.5H6" />;
export const UnlinkIcon = () => (
  <Shape path="M8.9 3.3a2.7 2.7 0 0 1 3.5 4.15l-.9.9M7.1 12.7a2.7 2.7 0 0 1-3.5-4.15l.9-.9M3.25 3.25l9.5 9.5" />
);
