/** Stores whose services are instances of classes, with methods and private fields. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Checkpoints } from "../../src/core/port/Checkpoints.ts"
import { EventStore } from "../../src/core/port/EventStore.ts"
import * as Memory from "../../src/interpreters/memory/Memory.ts"
import * as Faults from "../../src/laws/Faults.ts"
import * as StoreLaws from "../../src/laws/StoreLaws.ts"
import { laws } from "../../src/laws/vitest.ts"

type Store = EventStore["Service"]

class ClassyStore implements Store {
  readonly #store: Store
  constructor(store: Store) {
    this.#store = store
  }
  get head() {
    return this.#store.head
  }
  get changes() {
    return this.#store.changes
  }
  commit(...[commit]: Parameters<Store["commit"]>) {
    return this.#store.commit(commit)
  }
  readStream(...args: Parameters<Store["readStream"]>) {
    return this.#store.readStream(...args)
  }
  readAll(...args: Parameters<Store["readAll"]>) {
    return this.#store.readAll(...args)
  }
  streams(...args: Parameters<Store["streams"]>) {
    return this.#store.streams(...args)
  }
  command(...args: Parameters<Store["command"]>) {
    return this.#store.command(...args)
  }
}

class ClassyCheckpoints {
  readonly #checkpoints: Checkpoints["Service"]
  constructor(checkpoints: Checkpoints["Service"]) {
    this.#checkpoints = checkpoints
  }
  read(...args: Parameters<Checkpoints["Service"]["read"]>) {
    return this.#checkpoints.read(...args)
  }
  renew(...args: Parameters<Checkpoints["Service"]["renew"]>) {
    return this.#checkpoints.renew(...args)
  }
  acquire(...args: Parameters<Checkpoints["Service"]["acquire"]>) {
    return this.#checkpoints.acquire(...args)
  }
}

const classy = Layer.merge(
  Layer.effect(
    EventStore,
    Effect.map(EventStore, (store) => new ClassyStore(store)),
  ),
  Layer.effect(
    Checkpoints,
    Effect.map(Checkpoints, (checkpoints) => new ClassyCheckpoints(checkpoints)),
  ),
)
const layer = classy.pipe(Layer.provideMerge(Memory.layer))

laws(StoreLaws.suite({ layer }), { runs: 10 })
laws(StoreLaws.suite({ layer: layer.pipe(Faults.layer(() => ({ commit: () => "Slow", read: () => "None" }))) }), {
  runs: 5,
})
