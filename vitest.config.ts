import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "web/**/*.test.{ts,tsx}", "test/**/*.test.ts", "bench/**/*.test.ts", "simulation/**/*.test.ts", "tools/**/*.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // The machine has two cores, and the end-to-end tests start processes of their own.
    maxWorkers: 2,
  },
});
