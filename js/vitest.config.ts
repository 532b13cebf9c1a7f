import { defineConfig } from "vitest/config";

export default defineConfig({
  // The cases that page and kernel share lie beside the Python tests.
  server: { fs: { allow: [".."] } },
  // No kernel hands the library's module over.
  resolve: {
    alias: [{ find: /^.*\/load-library$/, replacement: `${import.meta.dirname}/gallery/load-library.ts` }],
  },
  test: { environment: "happy-dom", include: ["tests/**/*.test.ts"] },
});
