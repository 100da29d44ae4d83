/** Messages of PostgreSQL's protocol, as they go by. */

export interface Message {
  /** Its letter; the first of a client has none. */
  readonly type: string
  readonly bytes: Buffer
}

/** Cuts what arrives into whole messages. A client's first message has no letter. */
export const splitter = (from: "client" | "server"): ((chunk: Buffer) => ReadonlyArray<Message>) => {
  let header = from === "server" ? 1 : 0
  let rest: Buffer = Buffer.alloc(0)
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    const messages: Array<Message> = []
    while (rest.length >= header + 4) {
      const length = header + rest.readUInt32BE(header)
      if (rest.length < length) break
      messages.push({ type: rest.toString("latin1", 0, header), bytes: rest.subarray(0, length) })
      rest = rest.subarray(length)
      header = 1
    }
    return messages
  }
}

/** Whether the server answers it with a `ReadyForQuery`: it ends a statement. */
export const endsStatement = ({ type }: Message): boolean => type === "S" || type === "Q"

export const isReady = ({ type }: Message): boolean => type === "Z"

/** The process id of the backend, where it says it. */
export const backendOf = ({ type, bytes }: Message): number | undefined =>
  type === "K" ? bytes.readInt32BE(5) : undefined

/** The operations whose events a message carries, in bytes or in hexadecimal. */
export const operationsIn = ({ bytes }: Message): ReadonlyArray<string> => {
  const text = bytes.toString("latin1")
  const plain = text.matchAll(/"op":"([^"]+)"/g)
  const hex = text.matchAll(/226f70223a22((?:[0-9a-f]{2})+?)22/g)
  return [
    ...[...plain].map(([, op = ""]) => op),
    ...[...hex].map(([, digits = ""]) => Buffer.from(digits, "hex").toString()),
  ]
}
