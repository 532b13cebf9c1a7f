/** An icon that only a module on demand has, on the page's grid of 16 px. */

export const Shape = ({ path }: { path: string }) => (
  <svg class="videogen-icon" viewBox="0 0 16 16" aria-hidden="true">
    <path d={path} />
  </svg>
);
