/** What consumers did, under one lease after another, is what one would have done: each event once, in order. */
import type { Consumed } from "../report.ts"
import type { Log } from "./log.ts"
import type { Verdict } from "./verdict.ts"

export const exactlyOnce = ({ stored, checkpoint }: Log, consumed: ReadonlyArray<Consumed>, verdict: Verdict): void => {
  const { checkpoints, faults, lost } = verdict
  const asked = stored.filter(({ stream, position }) => stream.category === "Account" && position <= checkpoint)
  const copies = stored
    .filter(({ stream }) => stream.category === "Copy")
    .map(({ body }): { readonly of: number; readonly epoch: number } => JSON.parse(Buffer.from(body).toString()).data)
  let [last, epoch] = [0, 0]
  for (const copy of copies) {
    if (copy.of <= last) checkpoints.push(`${copy.of} was consumed after ${last}`)
    if (copy.epoch < epoch) checkpoints.push(`${copy.of} was consumed under epoch ${copy.epoch} after ${epoch}`)
    if (copy.of > checkpoint) checkpoints.push(`${copy.of} was consumed, and the checkpoint is at ${checkpoint}`)
    last = Math.max(last, copy.of)
    epoch = Math.max(epoch, copy.epoch)
  }
  const done = new Set(copies.map(({ of }) => of))
  for (const { position } of asked) if (!done.has(position)) checkpoints.push(`${position} was not consumed`)

  const epochs = new Map<number, number>()
  let reached = 0
  for (const line of consumed.toSorted((a, b) => a.end - b.end)) {
    switch (line.told) {
      case "leased":
        if (epochs.has(line.epoch)) checkpoints.push(`epoch ${line.epoch} was given out twice`)
        if (line.position < reached)
          checkpoints.push(`epoch ${line.epoch} began at ${line.position}, before ${reached}`)
        epochs.set(line.epoch, line.position)
        break
      case "consumed":
        if (epochs.get(line.epoch) !== line.from)
          checkpoints.push(`epoch ${line.epoch} went on from ${line.from}, not ${epochs.get(line.epoch)}`)
        epochs.set(line.epoch, line.to)
        if (line.to > checkpoint) lost.push(`the checkpoint was told to be at ${line.to}, and is at ${checkpoint}`)
        break
      case "fenced":
        if (line.by <= line.epoch) checkpoints.push(`epoch ${line.epoch} was fenced by ${line.by}`)
        break
      case "wrong":
        faults.push(`a consumer: ${line.why}`)
    }
    if (line.told === "consumed") reached = Math.max(reached, line.to)
  }
}
