/** Events whose every byte follows from their name: whoever sends one again sends the same. */
import { hash } from "node:crypto"
import { HashChain, type NewEvent, type StreamName } from "everfold"

/** With its digest. */
export const sealed = (stream: StreamName.StreamName, event: Omit<NewEvent, "digest">): NewEvent => ({
  ...event,
  digest: HashChain.sha256(HashChain.preimage(stream, event)),
})

/** A UUID that follows from a name. */
const idOf = (name: string): string => {
  const hex = hash("sha256", name)
  return [hex.slice(0, 8), hex.slice(8, 12), `7${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    "-",
  )
}

export const fixed = (
  name: string,
  stream: StreamName.StreamName,
  type: string,
  data: object,
  tags: ReadonlyArray<string> = [],
): NewEvent =>
  sealed(stream, {
    id: idOf(`${name} ${stream.category}-${stream.id}`),
    type,
    schemaVersion: 1,
    tags,
    recordedAt: 1_800_000_000_000,
    correlationId: name,
    causation: null,
    encoding: "json",
    body: Buffer.from(JSON.stringify({ data })),
  })
