/**
 * A scheduler that gives fibers their turns one after another, by a list of choices. Whoever is woken, by another fiber
 * or from outside, queues up first; before each operation of the one whose turn it is, a choice may send it back.
 *
 * @since 0.1.0
 */
import type * as Fiber from "effect/Fiber"
import type * as Scheduler from "effect/Scheduler"
import type { VirtualClock } from "./VirtualClock.ts"

/**
 * At a step, the fiber whose turn it is goes behind so many others.
 *
 * @category model
 * @since 0.1.0
 */
export interface Choice {
  readonly at: number
  readonly behind: number
}

type AnyFiber = Fiber.Fiber<unknown, unknown>

/**
 * Why nobody has another turn.
 *
 * @category model
 * @since 0.1.0
 */
export type Why = "nobody can go on" | "it comes to no end" | "it is killed"

interface Turn {
  readonly take: () => void
  /** How many others it lets go first. */
  behind: number
}

/**
 * What a scheduler of turns is told, and tells.
 *
 * @category model
 * @since 0.1.0
 */
export interface Orders {
  readonly choices: ReadonlyArray<Choice>
  readonly clock: VirtualClock
  /** A fiber goes back, behind so many others. */
  readonly onChoice: (fiber: AnyFiber, choice: Choice) => void
  /** It is killed after so many operations; never, if left out. */
  readonly until?: number | undefined
  /** It comes to an end of its own before whoever runs does. */
  readonly onEnd: (why: Why) => void
}

/** So many turns and then the event loop has its own, for those who measure time. */
const atOnce = 2_000
/**
 * After so many turns at one moment, whoever only spins has let time stand still for long enough: a millisecond passes,
 * and twice as much the next time. Those who are at work are through before one passes that they would wait for.
 */
const patience = 500
/** More turns than any law takes. */
const endless = 1_000_000
/** Whatever runs outside comes back within so many turns of the event loop, */
const looks = 2
/** or is looked for again after so many milliseconds; */
const look = 10
/** or, where nothing can be seen of it, within so many milliseconds. */
const grace = 250

/** Before it begins, it waits for so many milliseconds at most until no more is outside than usual. */
const settling = 250

type Kinds = ReadonlyMap<string, number>

/** What the process waits for outside of the fibers, by kind: timers, files, sockets. */
const outside = (): Kinds => {
  const kinds = new Map<string, number>()
  for (const kind of process.getActiveResourcesInfo()) kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
  return kinds
}

const isMore = (now: Kinds, before: Kinds): boolean => [...now].some(([kind, count]) => count > (before.get(kind) ?? 0))

/** What was outside when one began the last time: a timer of the test runner's, beyond that, is soon gone. */
let usual: Kinds = new Map()

/**
 * @category model
 * @since 0.1.0
 */
export class Turns implements Scheduler.Scheduler {
  readonly executionMode = "async"
  readonly orders: Orders
  readonly ready: Array<Turn> = []
  /** Whose turn it is, once it has begun. */
  current: AnyFiber | undefined
  isTurn = false
  /** How many operations could have been put off so far: those that others were waiting behind. */
  steps = 0
  turns = 0
  /** How many of them since time has passed, */
  standstill = 0
  /** and by how many milliseconds it passes after too many. */
  step = 1
  operations = 0
  chosen = 0
  /** How far back the one goes that is about to queue up. */
  back = 0
  over = false
  isDue = false
  isGoing = false
  settled = 0
  readonly begun = performance.now()
  private timer: ReturnType<typeof setTimeout> | undefined
  idle = 0
  idleSince = 0
  /** How much is outside that is none of its own: what was there before it began, and has been ever since. */
  around: Kinds | undefined

  constructor(orders: Orders) {
    this.orders = orders
  }

  shouldYield(fiber: AnyFiber): boolean {
    if (this.over) return true
    if (this.isTurn) this.current ??= fiber
    if (this.operations++ === this.orders.until) {
      this.end()
      this.orders.onEnd("it is killed")
      return true
    }
    // What wakes a fiber, or interrupts it before it has begun, would be lost if it were interrupted before it took that.
    if (fiber.currentOpCount <= 1) return false
    if (this.current !== fiber) return true
    if (this.ready.length > 0) {
      const choice = this.orders.choices[this.chosen]
      if (choice !== undefined && choice.at <= this.steps) {
        this.chosen++
        this.back = choice.behind
        this.orders.onChoice(fiber, choice)
        return true
      }
      // Whoever was put off comes to the same operation again: a choice less leaves the steps of the others as they are.
      this.steps++
    }
    return fiber.currentOpCount >= fiber.cache.maxOpsBeforeYield
  }

  makeDispatcher(): Scheduler.SchedulerDispatcher {
    return {
      scheduleTask: (take) => this.queue(take),
      // Whose turn it is the choices say, and nobody else.
      flush: () => {},
    }
  }

  /** The end: nobody has another turn. */
  end(): void {
    this.over = true
    this.ready.length = 0
    clearTimeout(this.timer)
  }

  queue(take: () => void): void {
    if (this.over) return
    const turn = { take, behind: this.back }
    // It would be next, but for those whom it lets go first.
    if (this.back > 0) this.ready.unshift(turn)
    else this.ready.push(turn)
    this.back = 0
    if (!this.isGoing) this.soon()
  }

  soon(): void {
    if (this.isDue) return
    this.isDue = true
    clearTimeout(this.timer)
    setImmediate(() => {
      this.isDue = false
      if (this.around === undefined && !this.settle()) return this.soon()
      this.isGoing = true
      const isAsleep = this.go()
      this.isGoing = false
      if (!isAsleep && !this.over) this.soon()
    })
  }

  /** Learns what is outside that is none of its own, once that can be told from what goes on elsewhere. */
  settle(): boolean {
    // What closes just now is outside no more after a turn or two of the event loop.
    if (this.settled++ < looks) return false
    // Whoever has a turn of the event loop right now is not there to stay.
    const now = new Map([...outside()].filter(([kind]) => kind !== "Immediate"))
    // It could end in the course of this, and be taken for one of its own that did.
    if (isMore(now, usual) && performance.now() - this.begun < settling) return false
    this.around = usual = now
    return true
  }

  /** Gives turns, until whoever works outside has theirs; answers whether it waits for them. */
  go(): boolean {
    for (let i = 0; i < atOnce && !this.over; i++) {
      const turn = this.next()
      if (turn === undefined) return this.rest()
      this.idle = 0
      this.take(turn)
      this.turns++
      if (++this.standstill === patience) {
        this.standstill = 0
        this.orders.clock.advance(this.step)
        this.step *= 2
      }
      if (this.turns % endless === 0) this.orders.onEnd("it comes to no end")
    }
    return false
  }

  /** Time passes, until somebody sleeps no more. */
  pass(): void {
    this.standstill = 0
    this.step = 1
    this.orders.clock.advance()
  }

  take({ take }: Turn): void {
    this.isTurn = true
    try {
      take()
    } finally {
      this.isTurn = false
      this.current = undefined
    }
  }

  /** The first who need not wait for others; where all do, the one who has to for the fewest. */
  next(): Turn | undefined {
    const { ready } = this
    let at = 0
    for (const [i, { behind }] of ready.entries()) {
      if (behind < (ready[at]?.behind ?? 0)) at = i
      if (ready[at]?.behind === 0) break
    }
    for (const passed of ready.slice(0, at)) passed.behind--
    return ready.splice(at, 1)[0]
  }

  /** Whether somebody works outside. What has ended there since it began counts no more. */
  isBusy(): boolean {
    const now = outside()
    const before = this.around ?? now
    this.around = new Map([...before].map(([kind, count]) => [kind, Math.min(count, now.get(kind) ?? 0)]))
    return isMore(now, this.around)
  }

  /** Nobody is ready: whoever works outside comes back, or time passes, or this is the end. */
  rest(): boolean {
    if (this.idle === 0) this.idleSince = performance.now()
    if (this.idle++ < looks) return false
    const due = this.orders.clock.due()
    const isBusy = this.isBusy()
    const rested = performance.now() - this.idleSince
    if (due !== undefined && (!isBusy || rested >= due)) {
      this.pass()
      return false
    }
    if (due === undefined && !isBusy && rested > grace) {
      this.orders.onEnd("nobody can go on")
      return false
    }
    // Whoever works outside may be through without waking anybody, as a socket that closes.
    this.timer = setTimeout(() => this.soon(), Math.min(due === undefined ? 1 : due - rested, look))
    return true
  }
}
