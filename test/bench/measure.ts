/**
 * Rounds, medians and percentiles. A machine's speed drifts by the minute, so what is compared runs in turns, and what
 * is reported is the median of the ratios within a round, not a ratio of two moments.
 */

/** One round of a subject. */
export interface Sample {
  readonly perSecond: number
  /** Milliseconds that each operation (or transaction, or load) took; empty where single ones are too short to time. */
  readonly latencies: Float64Array
  /** What was asked of the store for each operation, where that is the matter. */
  readonly reads?: number
}

/** Who is measured. A round does the same work each time and answers how fast it was. */
export interface Subject {
  readonly name: string
  readonly writers: number
  readonly round: () => Sample | Promise<Sample>
}

/** A line of the report. */
export interface Figure {
  readonly work: string
  readonly subject: string
  readonly writers: number
  readonly perSecond: number | null
  readonly p50ms: number | null
  readonly p99ms: number | null
  /** The first subject of those that were compared, and the ratio to it. */
  readonly limit: string
  readonly ratioToLimit: number
  /** On disk, for each event. */
  readonly bytes?: number
  /** Of the log, for each operation. */
  readonly reads?: number
  /** Megabytes in use after a garbage collection, and of the process, at each tenth of the work. */
  readonly heap?: ReadonlyArray<number>
  readonly resident?: ReadonlyArray<number>
  /** How good each round was, the more the better: what ratios are made of. */
  readonly rates: ReadonlyArray<number>
}

/** What a figure ought to be. */
export interface Goal {
  readonly subject: string
  readonly writers: number
  /** The least ratio, or the most milliseconds at the median. */
  readonly atLeast?: number
  readonly p50Under?: number
  /** What the ratio is to. */
  readonly of: string
  /** Where that is not the limit. */
  readonly to?: { readonly subject: string; readonly writers: number }
  /** Why it is missed, where it is: as found by profiling. */
  readonly because?: string
}

/** How large a store is to be, for work that is about that. */
export interface Size {
  readonly events: number
}

/** A piece of work: its figures, and the goals that they are held against. */
export interface Work {
  /** In a few words, for a heading. */
  readonly title?: string
  readonly about: string
  readonly goals: ReadonlyArray<Goal>
  readonly run: (size: Size) => Promise<ReadonlyArray<Figure>>
}

const median = (values: ReadonlyArray<number>): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

const percentile = (sorted: Float64Array, share: number): number | null =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null

/** How much better one is than another, round by round. */
export const ratio = (rates: ReadonlyArray<number>, to: ReadonlyArray<number>): number =>
  median(rates.map((rate, round) => rate / (to[round] ?? Number.NaN)))

/** Garbage of one subject must not be collected in the time of another. */
const collect = (): void => globalThis.gc?.()

/** How subjects are compared. */
export interface Comparison {
  readonly rounds?: number
  readonly warmUp?: number
  /** Makes things equal before each turn; not measured. The round counts from 0, the warm-up included. */
  readonly before?: (round: number) => Promise<void>
  /** What makes a round good: how much was done in a second, or how short the median latency was. */
  readonly by?: "rate" | "latency"
}

/**
 * Runs all subjects in turns, round by round, after warm-up rounds that do not count. The first subject is the limit
 * that the others are compared with.
 */
export const compare = async (
  work: string,
  subjects: ReadonlyArray<Subject>,
  { rounds = 5, warmUp = 1, before, by = "rate" }: Comparison = {},
): Promise<ReadonlyArray<Figure>> => {
  const samples = subjects.map((): Array<Sample> => [])
  for (let round = 0; round < warmUp + rounds; round++) {
    for (const [index, subject] of subjects.entries()) {
      await before?.(round)
      collect()
      const sample = await subject.round()
      if (round >= warmUp) samples[index]?.push(sample)
    }
  }
  const rates = samples.map((own) =>
    own.map(({ perSecond, latencies }) =>
      by === "rate" ? perSecond : 1000 / (percentile(latencies.toSorted(), 0.5) ?? Number.NaN),
    ),
  )
  return subjects.map(({ name, writers }, index) => {
    const own = samples[index] ?? []
    const latencies = Float64Array.from(own.flatMap((sample) => [...sample.latencies])).sort()
    const reads = own.flatMap((sample) => sample.reads ?? [])
    return {
      ...(reads.length === 0 ? {} : { reads: median(reads) }),
      work,
      subject: name,
      writers,
      perSecond: median(own.map((sample) => sample.perSecond)),
      p50ms: percentile(latencies, 0.5),
      p99ms: percentile(latencies, 0.99),
      limit: subjects[0]?.name ?? "",
      ratioToLimit: ratio(rates[index] ?? [], rates[0] ?? []),
      rates: rates[index] ?? [],
    }
  })
}

/** A round whose operations were timed one by one: `operations` in all, each latency worth the same. */
export const sample = (operations: number, startedAt: number, latencies: Float64Array): Sample => ({
  perSecond: operations / ((performance.now() - startedAt) / 1000),
  latencies,
})

/** Collects latencies in the order in which operations end. */
export const stopwatch = (size: number) => {
  const latencies = new Float64Array(size)
  let at = 0
  return {
    latencies,
    /** Something that started at this time has ended. */
    lap: (startedAt: number): void => {
      latencies[at++] = performance.now() - startedAt
    },
  }
}
