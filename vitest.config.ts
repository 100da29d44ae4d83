import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    globalSetup: ["test/postgres/globalSetup.ts"],
    include: ["test/**/*.test.ts", "docs/examples/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
