/** Hash chains with a weak link. */
import { right } from "fp-ts/lib/Either.js"
import * as HashChain from "../../../src/core/event/HashChain.ts"
import type { StoredEvent } from "../../../src/core/event/StoredEvent.ts"
import type { StreamName } from "../../../src/core/event/StreamName.ts"
import type { Chain } from "../../../src/laws/ChainLaws.ts"
import * as ChainLaws from "../../../src/laws/ChainLaws.ts"
import type { Case } from "./caught.ts"

const good: Chain = HashChain

/** Fields joined by a character that they may contain: two events, one preimage. */
export const joined: Chain = {
  ...good,
  preimage: (stream, event) =>
    Buffer.from(
      [
        ...[stream.category, stream.id, event.id, event.type, event.schemaVersion, event.encoding, event.recordedAt],
        ...[
          event.correlationId,
          JSON.stringify(event.causation),
          event.tags.join(","),
          Buffer.from(event.body).toString("hex"),
        ],
      ].join("|"),
    ),
}

/** Tags are not digested. */
export const tagsLeftOut: Chain = {
  ...good,
  preimage: (stream, event) => good.preimage(stream, { ...event, tags: [] }),
}

/** The id of a stream, and not its category. */
export const categoryLeftOut: Chain = {
  ...good,
  preimage: (stream, event) => good.preimage({ ...stream, category: "A" }, event),
}

/** Where the cause was recorded is not digested. */
export const causeByIdOnly: Chain = {
  ...good,
  preimage: (stream, event) =>
    good.preimage(stream, { ...event, causation: event.causation && { ...event.causation, position: 0 } }),
}

/** A link that only the one before and the digest make. */
export const versionUnlinked: Chain = {
  ...good,
  link: (previous, _, digest) => good.link(previous, 0, digest),
}

/** Whatever stream the events are of, it is the one that is asked for. */
export const anyStream: Chain = {
  ...good,
  verify: (digest) => (stream, events, from) => {
    const [first] = events
    return good.verify(digest)(first?.stream ?? stream, events, from)
  },
}

/** No cause is digested like one at position 0. */
export const absentAsEmpty: Chain = {
  ...good,
  preimage: (stream, event) =>
    good.preimage(stream, {
      ...event,
      causation: event.causation ?? {
        eventId: "00000000-0000-7000-8000-000000000000",
        stream: { category: "A", id: "" },
        position: 0,
      },
    }),
}

/** A link that does not depend on the one before. */
export const unlinked: Chain = {
  ...good,
  link: (_, version, digest) => HashChain.link(new Uint8Array(32), version, digest),
  verify: (digest) => (stream, events, from) =>
    HashChain.verify(digest)(
      stream,
      [...events].map((event, i, all) => {
        const previous = all[i - 1] ?? from ?? HashChain.empty
        const expected = HashChain.link(new Uint8Array(32), event.version, event.digest)
        // Made to fit the true chain where the weak one holds.
        return HashChain.equals(expected, event.link)
          ? { ...event, link: HashChain.link(previous.link, event.version, event.digest) }
          : event
      }),
      from,
    ),
}

const versionOnly =
  (check: (stream: StreamName, events: ReadonlyArray<StoredEvent>) => number): Chain["verify"] =>
  () =>
  (stream, events, from = HashChain.empty) => {
    const all = [...events]
    const index = check(stream, all)
    const last = all.at(-1)
    return index < 0
      ? right(last === undefined ? from : { version: last.version, link: last.link })
      : { _tag: "Left", left: { index, reason: "its version" } }
  }

/** Versions are counted, nothing is digested. */
export const countsOnly: Chain = {
  ...good,
  verify:
    (digest) =>
    (stream, events, from = HashChain.empty) =>
      versionOnly((_, all) => all.findIndex((event, i) => event.version !== from.version + i + 1))(digest)(
        stream,
        events,
        from,
      ),
}

/** Starts from the beginning, whatever it is to continue. */
export const forgetsItsHead: Chain = {
  ...good,
  verify: (digest) => (stream, events) => good.verify(digest)(stream, events),
}

/** Reports the last bad event instead of the first. */
export const reportsTheLast: Chain = {
  ...good,
  verify: (digest) => (stream, events, from) => {
    const all = [...events]
    const verified = good.verify(digest)(stream, all, from)
    return verified._tag === "Left" ? { ...verified, left: { ...verified.left, index: all.length - 1 } } : verified
  },
}

const broken = (chain: Chain) => ChainLaws.suite({ chain })

export const cases: ReadonlyArray<Case> = [
  { law: "L5.1", flaw: "fields joined by |", suite: broken(joined) },
  { law: "L5.1", flaw: "tags left out", suite: broken(tagsLeftOut) },
  { law: "L5.1", flaw: "the category left out", suite: broken(categoryLeftOut) },
  { law: "L5.1", flaw: "the position of the cause left out", suite: broken(causeByIdOnly) },
  { law: "L5.1", flaw: "links without the version", suite: broken(versionUnlinked) },
  { law: "L5.1", flaw: "an absent cause like an empty one", suite: broken(absentAsEmpty) },
  { law: "L5.2", flaw: "a verification that forgets its head", suite: broken(forgetsItsHead) },
  { law: "L5.2", flaw: "a report of the last index", suite: broken(reportsTheLast) },
  { law: "L5.3", flaw: "links that do not depend on the one before", suite: broken(unlinked) },
  { law: "L5.3", flaw: "events of another stream", suite: broken(anyStream) },
  { law: "L5.3", flaw: "versions counted and nothing digested", suite: broken(countsOnly) },
]
