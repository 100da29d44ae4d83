/**
 * Directed graphs, and the circles in them.
 *
 * @since 0.1.0
 */

/**
 * Nodes are numbers from 0. The first of them count when circles are measured, the others only lead on.
 *
 * @category model
 * @since 0.1.0
 */
export interface Graph {
  /** How many nodes count. */
  readonly inner: number
  readonly nodes: number
  /** The successors of node `n` are `targets[offsets[n]]` to `targets[offsets[n + 1] - 1]`. */
  readonly offsets: Uint32Array
  readonly targets: Uint32Array
}

/**
 * The graph of these edges, each from the one to the other at the same index.
 *
 * @category constructors
 * @since 0.1.0
 */
export const graph = ({
  inner,
  nodes,
  from,
  to,
}: {
  readonly inner: number
  readonly nodes: number
  readonly from: ReadonlyArray<number>
  readonly to: ReadonlyArray<number>
}): Graph => {
  const offsets = new Uint32Array(nodes + 1)
  for (const node of from) offsets[node + 1] = (offsets[node + 1] ?? 0) + 1
  for (let node = 0; node < nodes; node++) offsets[node + 1] = (offsets[node + 1] ?? 0) + (offsets[node] ?? 0)
  const next = offsets.slice()
  const targets = new Uint32Array(from.length)
  for (const [i, node] of from.entries()) {
    const at = next[node] ?? 0
    targets[at] = to[i] ?? 0
    next[node] = at + 1
  }
  return { inner, nodes, offsets, targets }
}

/** @category queries @since 0.1.0 */
export const eachTarget = ({ offsets, targets }: Graph, node: number, use: (target: number) => void): void => {
  const end = offsets[node + 1] ?? 0
  for (let i = offsets[node] ?? 0; i < end; i++) use(targets[i] ?? 0)
}

/**
 * The nodes that are in circles and count: those of the strongly connected components of more than one node, by Tarjan's
 * algorithm. It takes time in proportion to the edges.
 *
 * @category queries
 * @since 0.1.0
 */
export const members = ({ inner, nodes, offsets, targets }: Graph): ReadonlyArray<number> => {
  /** When a node was come to, from 1, and the earliest that it leads back to. */
  const order = new Uint32Array(nodes)
  const back = new Uint32Array(nodes)
  const next = offsets.slice()
  const isOpen = new Uint8Array(nodes)
  const open: Array<number> = []
  const found: Array<number> = []
  let count = 0
  const lower = (node: number, to: number | undefined): void => {
    back[node] = Math.min(back[node] ?? 0, to ?? 0)
  }
  const close = (node: number): void => {
    const component = open.splice(open.lastIndexOf(node))
    for (const member of component) {
      isOpen[member] = 0
      if (component.length > 1 && member < inner) found.push(member)
    }
  }
  for (let root = 0; root < nodes; root++) {
    const path = order[root] === 0 ? [root] : []
    for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
      if (order[node] === 0) {
        order[node] = ++count
        back[node] = count
        isOpen[node] = 1
        open.push(node)
      }
      const edge = next[node] ?? 0
      if (edge < (offsets[node + 1] ?? 0)) {
        next[node] = edge + 1
        const target = targets[edge] ?? 0
        if (order[target] === 0) path.push(target)
        else if (isOpen[target] === 1) lower(node, order[target])
        continue
      }
      path.pop()
      const before = path.at(-1)
      if (before !== undefined) lower(before, back[node])
      if (back[node] === order[node]) close(node)
    }
  }
  return found
}

/** Edges that the search for a short circle follows at most: beyond, it takes the shortest so far. */
const effort = 30_000_000

/**
 * The nodes of the shortest circle through any of the entrances, by how many nodes that count it has; none where
 * there is none. It searches from each entrance in turn, breadth first.
 *
 * @category searching
 * @since 0.1.0
 */
export const shortest = (graph: Graph, entrances: ReadonlyArray<number>): ReadonlyArray<number> => {
  const parents = new Int32Array(graph.nodes).fill(-1)
  let best: ReadonlyArray<number> = []
  let steps = 0

  const backFrom = (last: number, start: number): ReadonlyArray<number> => {
    const path: Array<number> = []
    for (let node = last; node !== start; node = parents[node] ?? start) if (node < graph.inner) path.unshift(node)
    return [start, ...path]
  }

  const search = (start: number): void => {
    const reached: Array<number> = []
    let found: number | undefined
    let level: Array<number> = [start]
    const reach = (node: number, parent: number, level: Array<number>): void => {
      parents[node] = parent
      reached.push(node)
      level.push(node)
    }
    for (
      let length = 1;
      level.length > 0 && found === undefined && (best.length === 0 || length <= best.length);
      length++
    ) {
      const next: Array<readonly [node: number, parent: number]> = []
      for (let i = 0; i < level.length; i++) {
        const node = level[i] ?? start
        eachTarget(graph, node, (target) => {
          steps++
          if (target === start) found = Math.max(found ?? node, node)
          else if (parents[target] !== -1) return
          else if (node < graph.inner) next.push([target, node])
          else reach(target, node, level)
        })
      }
      level = []
      for (const [node, parent] of next) if (parents[node] === -1) reach(node, parent, level)
    }
    const circle = found === undefined ? best : backFrom(found, start)
    if (best.length === 0 || circle.length < best.length) best = circle
    for (const node of reached) parents[node] = -1
  }

  for (const start of entrances) {
    if (best.length === 2 || (best.length > 0 && steps > effort)) break
    search(start)
  }
  return best
}
