/**
 * Drawings of systems: who follows whom, and with which processors.
 *
 * @since 0.1.0
 */
import type { System } from "./System.ts"

/** From an upstream to the application that follows it. */
interface Arrow {
  readonly from: number
  readonly to: number
  /** A line for each processor. */
  readonly lines: ReadonlyArray<string>
}

/** The nodes by their numbers, those elsewhere first, and the arrows between them. */
const graphOf = ({ applications, remotes, links }: System<unknown>) => {
  const nodes = [
    ...remotes.map(({ name }) => ({ name, isRemote: true })),
    ...applications.map(({ name }) => ({ name, isRemote: false })),
  ]
  const numbers = new Map(nodes.map(({ name }, i) => [name, i]))
  const arrows = Map.groupBy(links, ({ upstream, application }) => JSON.stringify([upstream.name, application]))
  return {
    nodes,
    arrows: [...arrows.values()].map((of): Arrow => {
      const [first] = of
      const number = (name: string | undefined): number => numbers.get(name ?? "") ?? 0
      const lines = of.map(({ processor, partitions, types }) => {
        const times = partitions === 1 ? "" : ` x${partitions}`
        return `${processor}${times}: ${types.join(", ")}`
      })
      return { from: number(first?.upstream.name), to: number(first?.application), lines }
    }),
  }
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ")

const forMermaid = (text: string): string =>
  oneLine(text).replaceAll(/[#"<>&`|[\]{}()\\]/g, (char) => `#${char.charCodeAt(0)};`)

/**
 * A system as a Mermaid flow chart: an arrow leads from a log to who follows it, and says which processors do, and what
 * of it.
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
 * console.log(System.mermaid(System.make("sales", shop.pipe(depot))).split("\n").at(-2)) //   n0 -->|"sending: Sold"| n1
 * ```
 * @category drawing
 * @since 0.1.0
 */
export const mermaid = (system: System<unknown>): string => {
  const { nodes, arrows } = graphOf(system)
  return [
    "flowchart LR",
    ...nodes.map(
      ({ name, isRemote }, i) => `  n${i}${isRemote ? "([" : "["}"${forMermaid(name)}"${isRemote ? "])" : "]"}`,
    ),
    ...arrows.map(({ from, to, lines }) => `  n${from} -->|"${lines.map(forMermaid).join("<br/>")}"| n${to}`),
    "",
  ].join("\n")
}

const forXml = (text: string): string =>
  // What XML cannot say is shown as a question mark.
  oneLine(text)
    .replaceAll(/[^\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "?")
    .replaceAll(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`)

/** Pixels. */
const [boxHeight, lineHeight, margin] = [48, 15, 24] as const
const widthOf = (text: string, size: number): number => Math.ceil(oneLine(text).length * size * 0.58)
const labelWidth = ({ lines }: Arrow): number => Math.max(...lines.map((line) => widthOf(line, 12)))

/**
 * A system as a drawing in SVG: in a row, in the order of its wirings, each log and who follows it. The arrows to the right
 * go straight or over the others, those to the left beneath.
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
 * const drawing = System.svg(System.make("sales", shop.pipe(depot)))
 * console.log(drawing.startsWith("<svg"), drawing.includes("sending: Sold")) // true true
 * ```
 * @category drawing
 * @since 0.1.0
 */
export const svg = (system: System<unknown>): string => {
  const { nodes, arrows } = graphOf(system)
  const widths = nodes.map(({ name }) => widthOf(name, 15) + 40)
  const straight = (left: number) => arrows.find(({ from, to }) => from === left && to === left + 1)
  const starts: Array<number> = []
  let right: number = margin
  for (const [i, width] of widths.entries()) {
    starts.push(right)
    const next = straight(i)
    right += width + Math.max(72, next === undefined ? 0 : labelWidth(next) + 32)
  }
  const middle = (node: number): number => (starts[node] ?? 0) + (widths[node] ?? 0) / 2

  const heightOf = ({ lines }: Arrow): number => 14 + lines.length * lineHeight
  const tallest = (some: ReadonlyArray<Arrow>): number => Math.max(0, ...some.map(heightOf))
  const loops = arrows.filter(({ from, to }) => from === to)
  const over = arrows.filter(({ from, to }) => to > from + 1)
  const under = arrows.filter(({ from, to }) => to < from)
  const span = ({ from, to }: Arrow): number => Math.abs(to - from)
  const between = straightHeight(arrows.filter(({ from, to }) => to === from + 1))
  const loopRoom = loops.length === 0 ? 0 : 30 + tallest(loops)
  const floor = Math.max(loopRoom, between)
  const rise = (arrow: Arrow): number => floor + 24 + (span(arrow) - 2) * (tallest(over) + 8)
  const fall = (arrow: Arrow): number => 36 + (span(arrow) - 1) * (tallest(under) + 8)
  const above = Math.max(floor, ...over.map((arrow) => rise(arrow) + heightOf(arrow)))
  const below = Math.max(0, ...under.map((arrow) => fall(arrow) + heightOf(arrow)))
  const top = margin + above
  const bottom = top + boxHeight

  const text = (x: number, y: number, lines: ReadonlyArray<string>): ReadonlyArray<string> =>
    lines.map((line, i) => `<text class="label" x="${x}" y="${y + i * lineHeight}">${forXml(line)}</text>`)
  /** A bow of this height, upwards or downwards, and what is written at its end. */
  const bow = (arrow: Arrow, x1: number, x2: number, y: number, height: number): ReadonlyArray<string> => {
    const crest = y - (height * 4) / 3
    const labelled = height > 0 ? y - height - 6 - (arrow.lines.length - 1) * lineHeight : y - height + 16
    return [
      `<path class="arrow" d="M ${x1} ${y} C ${x1} ${crest} ${x2} ${crest} ${x2} ${y}"/>`,
      ...text((x1 + x2) / 2, labelled, arrow.lines),
    ]
  }
  const drawn = arrows.flatMap((arrow): ReadonlyArray<string> => {
    const { from, to, lines } = arrow
    if (from === to) return bow(arrow, middle(from) - 14, middle(to) + 14, top, 26)
    if (to > from + 1) return bow(arrow, middle(from) + 4, middle(to) - 4, top, rise(arrow))
    if (to < from) return bow(arrow, middle(from) - 8, middle(to) + 8, bottom, -fall(arrow))
    const [x1, x2] = [(starts[from] ?? 0) + (widths[from] ?? 0), starts[to] ?? 0]
    const y = top + boxHeight / 2
    return [
      `<path class="arrow" d="M ${x1} ${y} L ${x2} ${y}"/>`,
      ...text((x1 + x2) / 2, y - 8 - (lines.length - 1) * lineHeight, lines),
    ]
  })
  const boxes = nodes.flatMap(({ name, isRemote }, i) => [
    `<rect class="${isRemote ? "remote" : "application"}" x="${starts[i]}" y="${top}" width="${widths[i]}" height="${boxHeight}" rx="${isRemote ? boxHeight / 2 : 6}"/>`,
    `<text class="name" x="${middle(i)}" y="${top + boxHeight / 2 + 5}">${forXml(name)}</text>`,
  ])

  const reach = arrows.filter((arrow) => span(arrow) !== 1 || under.includes(arrow))
  const far = Math.max(
    (starts.at(-1) ?? 0) + (widths.at(-1) ?? 0),
    ...reach.map((arrow) => (middle(arrow.from) + middle(arrow.to) + labelWidth(arrow)) / 2),
  )
  const near = Math.min(
    margin,
    ...reach.map((arrow) => (middle(arrow.from) + middle(arrow.to) - labelWidth(arrow)) / 2),
  )
  const [x, width, height] = [near - margin, far - near + 2 * margin, bottom + below + margin]
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${x} 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${forXml(system.name)}</title>`,
    `<style>text { font-family: ui-sans-serif, system-ui, sans-serif; text-anchor: middle; fill: #1f2933 } .name { font-size: 15px; font-weight: 600 } .label { font-size: 12px; paint-order: stroke; stroke: #fff; stroke-width: 4px } .application { fill: #e6effb; stroke: #2b6cb0 } .remote { fill: #fff; stroke: #2b6cb0; stroke-dasharray: 5 4 } .arrow { fill: none; stroke: #52606d; stroke-width: 1.5; marker-end: url(#head) }</style>`,
    `<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto"><path d="M 0 0 L 10 5 L 0 10 z" fill="#52606d"/></marker></defs>`,
    `<rect x="${x}" y="0" width="${width}" height="${height}" fill="#fff"/>`,
    // What is written is over all arrows.
    ...drawn.filter((shape) => shape.startsWith("<path")),
    ...boxes,
    ...drawn.filter((shape) => shape.startsWith("<text")),
    "</svg>",
    "",
  ].join("\n")
}

/** How far what is written on straight arrows stands out above the boxes. */
const straightHeight = (arrows: ReadonlyArray<Arrow>): number =>
  Math.max(0, ...arrows.map(({ lines }) => lines.length * lineHeight + 8 - boxHeight / 2))
