import { defineConfig } from "vitest/config";

export default defineConfig({
  // The cases that page and kernel share lie beside the Python tests.
  server: { fs: { allow: [".."] } },
  // No kernel hands the parts over.
  resolve: {
    alias: [{ find: /^.*\/load-parts$/, replacement: `${import.meta.dirname}/gallery/load-parts.ts` }],
  },
  test: { environment: "happy-dom", include: ["tests/**/*.test.ts"] },
});
