/**
 * Systems: applications, each with a store of its own, and which follows the log of which. A system is a value: it can be
 * drawn, and is worked at wherever it is deployed.
 *
 * ```
 * orders.pipe(reservations, payments, orders)   reservations follow orders, payments reservations, orders payments
 * ```
 *
 * A processor follows, of each upstream of its application, the events that it knows; of an upstream that records none of
 * them, nothing. No message is ever sent: who follows reads, and commits to its own store alone.
 *
 * @since 0.1.0
 */
import { textFault } from "../event/CommitShape.ts"
import { InvalidInput } from "../event/Errors.ts"
import * as EventCodec from "../event/EventCodec.ts"
import * as Query from "../event/Query.ts"
import type { EventStore } from "../port/EventStore.ts"
import type { Processor } from "./Processor.ts"
import * as SystemJob from "./SystemJob.ts"
import type { Upstream } from "./Upstream.ts"

/** Events by the names that they are stored under. */
type Known<E> = ReadonlyMap<string, EventCodec.Stored<E>>

/** A processor in an application, whatever events it is of. */
interface Member<out In> {
  readonly name: string
  readonly partitions: number
  readonly knows: Known<In>
  readonly filter: Query.Query
  readonly follow: SystemJob.Follow
}

/**
 * What can be followed: an application, or a log elsewhere.
 *
 * @example
 * ```ts
 * import { type System } from "everfold"
 *
 * // Both are followed.
 * const nodes = ({ applications, remotes }: System.System<never>): ReadonlyArray<System.Node<unknown, never>> => [
 *   ...remotes,
 *   ...applications
 * ]
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Node<out Out, out R> {
  readonly name: string
  readonly records: Known<Out>
  /** Of a log elsewhere; an application's own is that of its store. */
  readonly upstream: Upstream<R> | undefined
}

/**
 * What can follow.
 *
 * @example
 * ```ts
 * import { type System } from "everfold"
 *
 * const busy = (applications: ReadonlyArray<System.Follower<unknown, unknown>>) =>
 *   applications.filter(({ processors }) => processors.length > 0)
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Follower<out Out, out In> extends Node<Out, never> {
  readonly upstream: undefined
  readonly processors: ReadonlyArray<Member<In>>
}

/** What one follows of another's events: those of the same tags, if they carry the same. */
type Follows<Before, After> =
  Before extends Node<infer Out, unknown>
    ? After extends Follower<unknown, infer In>
      ? Shared<Out, In> extends never
        ? "it follows nothing that the one before it records"
        : Shared<Out, In> extends In
          ? unknown
          : "it follows events that the one before it records otherwise"
      : never
    : never

type TagOf<E> = E extends { readonly _tag: infer Tag } ? Tag : never
type Shared<Out, In> = Extract<Out, { readonly _tag: TagOf<In> }>

/** Applications, each of which follows the one before it. */
type Chain<Self, Followers extends ReadonlyArray<unknown>> = {
  readonly [K in keyof Followers]: K extends keyof [Self, ...Followers]
    ? Followers[K] & Follows<[Self, ...Followers][K], Followers[K]>
    : never
}

interface Pipeable<Self, R> {
  /**
   * Each follows the one before it. Where one follows nothing that the one before it records, it does not compile. Of none,
   * it stands alone.
   */
  readonly pipe: <const Followers extends ReadonlyArray<Follower<unknown, unknown>>>(
    ...followers: Chain<Self, Followers>
  ) => Wiring<R>
}

/**
 * A name, what is recorded under it, and the processors that work at it.
 *
 * @example
 * ```ts
 * import { type System } from "everfold"
 *
 * const processorsOf = ({ processors }: System.Application<unknown, unknown>) => processors.map(({ name }) => name)
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Application<Out, In> extends Follower<Out, In>, Pipeable<Follower<Out, In>, never> {}

/**
 * A log that is recorded elsewhere, over HTTP say.
 *
 * @example
 * ```ts
 * import { type System } from "everfold"
 *
 * const addressOf = <Out, R>({ upstream }: System.Remote<Out, R>): string => upstream.name
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Remote<Out, R> extends Log<Out, R>, Pipeable<Log<Out, R>, R> {}

interface Log<out Out, out R> extends Node<Out, R> {
  readonly upstream: Upstream<R>
}

/**
 * Who follows whom.
 *
 * @example
 * ```ts
 * import { System } from "everfold"
 *
 * const named = <R>(name: string, wirings: ReadonlyArray<System.Wiring<R>>) => System.make(name, ...wirings)
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Wiring<out R> {
  readonly first: Node<unknown, R>
  readonly followers: ReadonlyArray<Follower<unknown, unknown>>
}

/**
 * A processor and an upstream of its application that it follows.
 *
 * @example
 * ```ts
 * import { type System } from "everfold"
 *
 * const label = ({ application, processor, upstream, types }: System.Link<never>) =>
 *   `${application} follows ${types.join(", ")} of ${upstream.name} with ${processor}`
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Link<out R> {
  readonly application: string
  readonly processor: string
  readonly partitions: number
  readonly upstream: Node<unknown, R>
  /** The stored names of the events that it follows. */
  readonly types: ReadonlyArray<string>
  readonly filter: Query.Query
  readonly follow: SystemJob.Follow
}

/**
 * Applications, and who follows whom; `make` makes one.
 *
 * @example
 * ```ts
 * import { type System } from "everfold"
 *
 * const sizeOf = ({ applications, links }: System.System<unknown>) => applications.length + links.length
 * ```
 * @category model
 * @since 0.1.0
 */
export interface System<out R> {
  readonly name: string
  readonly applications: ReadonlyArray<Follower<unknown, unknown>>
  readonly remotes: ReadonlyArray<Node<unknown, R>>
  readonly links: ReadonlyArray<Link<R>>
}

const named = (what: string, name: string): string => {
  const fault = textFault(what, name)
  if (fault !== undefined) throw new InvalidInput({ what: fault })
  return name
}

const memberOf = <E, Err>(processor: Processor<E, Err, never, EventStore>): Member<E> => ({
  name: processor.name,
  partitions: processor.partitions,
  knows: processor.events[EventCodec.TypeId].stored,
  filter: processor.filter,
  follow: SystemJob.of(processor),
})

function piping<Self extends Node<unknown, R>, R>(first: Self): Self & Pipeable<Self, R>
function piping<R>(first: Node<unknown, R>) {
  const pipe = (...followers: ReadonlyArray<Follower<unknown, unknown>>): Wiring<R> => ({ first, followers })
  return Object.assign(first, { pipe })
}

/**
 * An application: what it records, and the processors that commit to its store. What these follow, its place in a system
 * says. Of a name that was given twice throws `InvalidInput`.
 *
 * @example
 * ```ts
 * import { Aggregate, Decider, EventCodec, Processor, Repository, System } from "everfold"
 * import * as t from "io-ts"
 *
 * const Sold = EventCodec.make({ Sold: t.type({ item: t.string }) })
 * const Sent = EventCodec.make({ Sent: t.type({ item: t.string }) })
 * const counted = <E>(category: string, events: EventCodec.EventCodec<E>) =>
 *   Repository.make(
 *     Aggregate.make({
 *       category,
 *       events,
 *       decider: Decider.make({
 *         initial: 0,
 *         decide: (event: E, _n: number) => Decider.accept(event),
 *         evolve: (n: number, _event: E) => n + 1
 *       })
 *     })
 *   )
 * const parcels = counted("Parcel", Sent)
 * const sending = Processor.policy({
 *   name: "sending",
 *   events: Sold,
 *   policy: ({ stream, event }) => [{ id: stream.id, item: event.item }],
 *   send: ({ id, item }) => Processor.send(parcels, id, Sent.Sent({ item }))
 * })
 * const shop = System.application({ name: "shop", records: Sold, processors: [] })
 * const depot = System.application({ name: "depot", records: Sent, processors: [sending] })
 * console.log(depot.processors.map(({ name }) => name)) // [ 'sending' ]
 * const sales = System.make("sales", shop.pipe(depot))
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const application = <Out, const Es extends ReadonlyArray<unknown>>({
  name,
  records,
  processors,
}: {
  /** 1 to 512 bytes of text: its followers keep their checkpoints by it. */
  readonly name: string
  /** What others may follow. What its processes note for themselves need not be in it. */
  readonly records: EventCodec.EventCodec<Out>
  readonly processors: { readonly [K in keyof Es]: Processor<Es[K], unknown, never, EventStore> }
}): Application<Out, Es[number]> => {
  const members: ReadonlyArray<Member<Es[number]>> = processors.map(memberOf)
  for (const [i, { name: processor, filter, knows }] of members.entries()) {
    if (members.findIndex((one) => one.name === processor) !== i) {
      throw new InvalidInput({ what: `two processors of ${name} are called ${processor}` })
    }
    const unknown = filter.items.flatMap(({ types = [] }) => types).find((type) => !knows.has(type))
    if (unknown !== undefined) {
      throw new InvalidInput({ what: `${processor} of ${name} filters for ${unknown}, which its codec does not know` })
    }
  }
  return piping<Follower<Out, Es[number]>, never>({
    name: named("name of an application", name),
    records: records[EventCodec.TypeId].stored,
    upstream: undefined,
    processors: members,
  })
}

/**
 * A log that is recorded elsewhere, over HTTP say; its name is that of the upstream.
 *
 * @example
 * ```ts
 * import { EventCodec, NotificationLog, System, Upstream } from "everfold"
 * import * as t from "io-ts"
 *
 * // Wherever the log is, over HTTP say, a layer of `NotificationLog` tells: the system needs it.
 * const Sold = EventCodec.make({ Sold: t.type({ item: t.string }) })
 * const shop = System.remote(Sold, Upstream.of("shop", NotificationLog))
 * console.log(shop.name) // shop
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const remote = <Out, R>(records: EventCodec.EventCodec<Out>, upstream: Upstream<R>): Remote<Out, R> =>
  piping<Log<Out, R>, R>({ name: upstream.name, records: records[EventCodec.TypeId].stored, upstream })

/** What a processor follows of an upstream. */
const linkOf = <R>(
  { name: application }: Follower<unknown, unknown>,
  { name: processor, partitions, knows, filter, follow }: Member<unknown>,
  upstream: Node<unknown, R>,
): Link<R> => {
  const known = [...upstream.records.keys()].filter((type) => knows.has(type))
  const items = filter.items.map((item) => ({
    ...item,
    types: item.types === undefined ? known : item.types.filter((type) => known.includes(type)),
  }))
  const types = known.filter((type) => items.some((item) => item.types.includes(type)))
  return { application, processor, partitions, upstream, types, filter: Query.make(...items), follow }
}

/**
 * The system of these wirings. Throws `InvalidInput` where two share a name, where one is wired to nobody, where one follows
 * nothing that the one before it records, and where a processor follows nothing at all.
 *
 * @example
 * ```ts
 * import { Aggregate, Decider, EventCodec, Processor, Repository, System } from "everfold"
 * import * as t from "io-ts"
 *
 * const Sold = EventCodec.make({ Sold: t.type({ item: t.string }) })
 * const Sent = EventCodec.make({ Sent: t.type({ item: t.string }) })
 * const counted = <E>(category: string, events: EventCodec.EventCodec<E>) =>
 *   Repository.make(
 *     Aggregate.make({
 *       category,
 *       events,
 *       decider: Decider.make({
 *         initial: 0,
 *         decide: (event: E, _n: number) => Decider.accept(event),
 *         evolve: (n: number, _event: E) => n + 1
 *       })
 *     })
 *   )
 * const parcels = counted("Parcel", Sent)
 * const sending = Processor.policy({
 *   name: "sending",
 *   events: Sold,
 *   policy: ({ stream, event }) => [{ id: stream.id, item: event.item }],
 *   send: ({ id, item }) => Processor.send(parcels, id, Sent.Sent({ item }))
 * })
 * const shop = System.application({ name: "shop", records: Sold, processors: [] })
 * const depot = System.application({ name: "depot", records: Sent, processors: [sending] })
 * const sales = System.make("sales", shop.pipe(depot))
 * console.log(sales.links.map(({ processor, upstream }) => `${processor} of ${upstream.name}`)) // [ 'sending of shop' ]
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const make = <const Rs extends ReadonlyArray<unknown>>(
  name: string,
  ...wirings: { readonly [K in keyof Rs]: Wiring<Rs[K]> }
): System<Rs[number]> => assembled(named("name of a system", name), wirings)

const assembled = <R>(name: string, wirings: ReadonlyArray<Wiring<R>>): System<R> => {
  const fail = (what: string): never => {
    throw new InvalidInput({ what: `system ${name}: ${what}` })
  }
  const nodes = new Set(
    wirings.flatMap(({ first, followers }): ReadonlyArray<Node<unknown, R>> => [first, ...followers]),
  )
  const applications = [...nodes].filter(isApplication)
  const remotes = [...nodes].filter((node) => !isApplication(node))
  if (applications.length === 0) fail("there is no application in it")
  const names = [...nodes].map(({ name }) => name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) fail(`two nodes are called ${twice}`)

  const edges = wirings.flatMap(({ first, followers }) =>
    followers.map((follower, i) => ({ follower, upstream: followers[i - 1] ?? first })),
  )
  const upstreamsOf = (application: Node<unknown, R>) =>
    new Set(edges.filter(({ follower }) => follower === application).map(({ upstream }) => upstream))
  const links = applications.flatMap((application) => {
    const upstreams = [...upstreamsOf(application)]
    const all = application.processors.flatMap((member) =>
      upstreams.map((upstream) => linkOf(application, member, upstream)),
    )
    const own = all.filter(({ types }) => types.length > 0)
    const deaf = upstreams.find((upstream) => !own.some((link) => link.upstream === upstream))
    if (deaf !== undefined) fail(`${application.name} follows nothing that ${deaf.name} records`)
    const idle = application.processors.find(({ name }) => !own.some(({ processor }) => processor === name))
    if (idle !== undefined) fail(`processor ${idle.name} of ${application.name} follows nothing`)
    return own
  })
  const alone = [...nodes].find(
    (node) => !edges.some(({ follower, upstream }) => follower === node || upstream === node),
  )
  if (alone !== undefined) fail(`${alone.name} follows nobody, and nobody follows it`)
  return { name, applications, remotes, links }
}

const isApplication = (node: Node<unknown, unknown>): node is Follower<unknown, unknown> => "processors" in node

export { type Deployment, deploy, type Stores } from "./SystemDeployment.ts"
export { mermaid, svg } from "./SystemDrawing.ts"
export type { Job, Place, Step } from "./SystemJob.ts"
