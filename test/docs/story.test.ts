import { execFile } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { promisify } from "node:util"
import { afterAll, expect, test } from "vitest"

const run = promisify(execFile)
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "everfold-story-"))
const tell = () => run(process.execPath, ["docs/examples/story/main.ts", folder])

afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

/** Each of the story's claims is checked by the story itself, which ends with an error where one does not hold. */
const claims = (output: string): number => output.split("\n").filter((line) => line.includes("✓")).length

test("the story is true, on new files", async () => {
  const { stdout, stderr } = await tell()
  expect(stderr).toBe("")
  expect(claims(stdout)).toBe(17)
  expect(stdout).toContain("run 1")
})

test("its key can be read by its owner only", () => {
  expect(fs.statSync(path.join(folder, "story.key")).mode & 0o777).toBe(0o600)
})

test("a second run goes on with the same files", async () => {
  const key = fs.readFileSync(path.join(folder, "story.key"), "utf8")
  const { stdout } = await tell()
  expect(claims(stdout)).toBe(17)
  expect(stdout).toContain("run 2")
  expect(fs.readFileSync(path.join(folder, "story.key"), "utf8")).toBe(key)
})

test("a key file that others may read is refused with what to do", async () => {
  fs.chmodSync(path.join(folder, "story.key"), 0o644)
  await expect(tell()).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining("run chmod 600 on it") })
})
