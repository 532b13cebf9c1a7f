import { defineConfig } from "vitest/config";

export default defineConfig({
  // The cases that page and kernel share lie beside the Python tests.
  server: { fs: { allow: [".."] } },
  test: { environment: "happy-dom", include: ["tests/**/*.test.ts"] },
});
