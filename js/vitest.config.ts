import { defineConfig } from "vitest/config";

export default defineConfig({
  // The cases that page and kernel share lie beside the Python tests.
  server: { fs: { allow: [".."] } },
  // No kernel hands modules over.
  resolve: {
    alias: [{ find: /^.*\/load-module$/, replacement: `${import.meta.dirname}/gallery/load-module.ts` }],
  },
  test: {
    environment: "happy-dom",
    include: ["tests/**/*.test.ts"],
    // A stylesheet as text is as it is written.
    css: { include: [/\?raw$/] },
  },
});
