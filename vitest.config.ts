import { availableParallelism } from "node:os"
import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    globalSetup: ["test/postgres/globalSetup.ts"],
    include: ["test/**/*.test.ts", "docs/examples/**/*.test.ts"],
    // Two at a time also where there are two cores: much of the time is spent waiting for servers and files.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
