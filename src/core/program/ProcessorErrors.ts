/**
 * Why a processor could not handle an event.
 *
 * @since 0.1.0
 */
import { TaggedError } from "effect/Data"

const shown = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return String(value)
  }
}

/**
 * A command was rejected, and the processor does not say what that is answered with.
 *
 * @example
 * ```ts
 * import { CommandRejected } from "everfold"
 *
 * const rejected = new CommandRejected({ processor: "shipping", command: { _tag: "Ship" }, rejection: "no address" })
 * console.log(rejected.message) // Processor shipping asked for {"_tag":"Ship"}, which was rejected ("no address"). Say by `rejected` what then.
 * ```
 * @category errors
 * @since 0.1.0
 */
export class CommandRejected extends TaggedError("CommandRejected")<{
  readonly processor: string
  readonly command: unknown
  readonly rejection: unknown
}> {
  override get message(): string {
    return `Processor ${this.processor} asked for ${shown(this.command)}, which was rejected (${shown(this.rejection)}). Say by \`rejected\` what then.`
  }
}

/**
 * An event leads to commands without end: their rejections are answered with more of them.
 *
 * @example
 * ```ts
 * import { OutOfFuel } from "everfold"
 *
 * console.log(new OutOfFuel({ processor: "shipping", commands: 1000 }).message) // Processor shipping asked for more than 1000 commands for one event: it seems to come to no end.
 * ```
 * @category errors
 * @since 0.1.0
 */
export class OutOfFuel extends TaggedError("OutOfFuel")<{
  readonly processor: string
  readonly commands: number
}> {
  override get message(): string {
    return `Processor ${this.processor} asked for more than ${this.commands} commands for one event: it seems to come to no end.`
  }
}
