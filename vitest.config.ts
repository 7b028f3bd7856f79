import { configDefaults, defineConfig } from "vitest/config";

const inBrowser = "test/browser/**/*.test.ts";

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // The machine has two cores, and the end-to-end tests start processes of their own.
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: "node", exclude: [...configDefaults.exclude, inBrowser],
          include: ["src/**/*.test.ts", "web/**/*.test.{ts,tsx}", "test/**/*.test.ts", "bench/**/*.test.ts", "simulation/**/*.test.ts", "tools/**/*.test.ts"],
        },
      },
      // A project of its own, so that the demo gateway is started when a test of it runs, and else not.
      { extends: true, test: { name: "browser", include: [inBrowser], globalSetup: "test/support/demo-gateway.ts", testTimeout: 60_000 } },
    ],
  },
});
