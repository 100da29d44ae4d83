/**
 * How long answers may be kept, and how they are asked for again.
 *
 * @since 0.1.0
 */
import { hash } from "node:crypto"
import * as HttpServerResponse from "effect/http/HttpServerResponse"

type Headers = Readonly<Record<string, string>>

/**
 * Nobody keeps it.
 *
 * @category model
 * @since 0.1.0
 */
export const none: Headers = { "cache-control": "no-store" }

/**
 * It never changes.
 *
 * @category model
 * @since 0.1.0
 */
export const forEver = (audience: "public" | "private"): Headers => ({
  "cache-control": `${audience}, max-age=31536000, immutable`,
})

/**
 * It may be kept, and is asked for again each time.
 *
 * @category model
 * @since 0.1.0
 */
export const askAgain = (audience: "public" | "private"): Headers => ({
  "cache-control": audience === "public" ? "no-cache" : "private, no-cache",
})

/** Whether one of the tags is this one; how strong they are does not matter here. */
const matches = (condition: string, etag: string): boolean =>
  condition.trim() === "*" || condition.split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag)

/**
 * A text of JSON under its tag, which is made of every byte, with its digest; or that whoever asks has it already.
 *
 * @category constructors
 * @since 0.1.0
 */
export const answer = (
  body: string,
  headers: Headers,
  condition: string | undefined,
): HttpServerResponse.HttpServerResponse => {
  const digest = hash("sha256", body, "base64")
  const tagged = { ...headers, etag: `"${Buffer.from(digest, "base64").toString("base64url")}"` }
  return condition !== undefined && matches(condition, tagged.etag)
    ? HttpServerResponse.empty({ status: 304, headers: tagged })
    : HttpServerResponse.text(body, {
        contentType: "application/json",
        headers: { ...tagged, "repr-digest": `sha-256=:${digest}:` },
      })
}
