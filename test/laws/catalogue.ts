/** Every suite that the library publishes, built once on a subject that is sound, under the name that users call it by. */
import * as Layer from "effect/Layer"
import * as fc from "fast-check"
import { NotificationLog } from "../../src/core/program/NotificationLog.ts"
import * as AesGcm from "../../src/interpreters/crypto/AesGcm.ts"
import * as Memory from "../../src/interpreters/memory/Memory.ts"
import {
  ChainLaws,
  CodecLaws,
  CombinatorLaws,
  DeciderLaws,
  type Law,
  LayerLaws,
  NotificationLaws,
  PrismLaws,
  ProcessLaws,
  ProjectionLaws,
  RepositoryLaws,
  SnapshotLaws,
  StoreLaws,
  SubscriptionLaws,
  SystemLaws,
} from "../../src/laws/index.ts"
import * as account from "./broken/account.ts"
import { good as cipher } from "./broken/ciphers.ts"
import * as deciders from "./broken/deciders.ts"
import { sound } from "./broken/logs.ts"
import * as parcel from "./broken/mistakes/Parcel.ts"
import * as models from "./broken/models.ts"
import * as orders from "./broken/orders.ts"
import * as prisms from "./broken/prisms.ts"
import * as processes from "./broken/processes.ts"
import * as processors from "./broken/processors.ts"
import * as projections from "./broken/projections.ts"
import { on } from "./broken/repositories.ts"
import * as specs from "./broken/specs.ts"
import * as systems from "./broken/systems.ts"
import { life, mapperOf } from "./settings.ts"

const { commands, Lamps } = models
const store = Memory.layer
const sealed = Layer.merge(store, mapperOf(cipher))

/** A suite, by the name of the function that makes it. */
export type Published = readonly [how: string, suite: Law.Suite]

export interface Part {
  readonly title: string
  readonly about: string
  readonly suites: ReadonlyArray<Published>
}

export const parts: ReadonlyArray<Part> = [
  {
    title: "Your model",
    about: "Tried on your own deciders, process managers, prisms, codecs and snapshots.",
    suites: [
      ["DeciderLaws.suite", DeciderLaws.suite(account.subject)],
      ["DeciderLaws.refinement", DeciderLaws.refinement(deciders.refined)],
      ["DeciderLaws.part", DeciderLaws.part(parcel.part)],
      ["ProcessLaws.suite", ProcessLaws.suite({ process: processes.dayCourier, events: processes.events })],
      [
        "ProcessLaws.restart",
        ProcessLaws.restart({
          process: processes.courier,
          decider: processes.depot,
          commands: processes.commands,
        }),
      ],
      ["PrismLaws.suite", PrismLaws.suite({ prism: prisms.radius, wholes: prisms.shapes, parts: fc.nat() })],
      ["CodecLaws.suite", CodecLaws.suite(orders.good)],
      ["SnapshotLaws.suite", SnapshotLaws.suite({ aggregate: Lamps, commands })],
      ["SystemLaws.suite", SystemLaws.suite(systems.good)],
    ],
  },
  {
    title: "Your store",
    about:
      "Tried on any layer that provides a store; on memory and SQLite in this repository's own tests. " +
      "[Certifying a store](certifying.md) shows how.",
    suites: [
      ["StoreLaws.suite", StoreLaws.suite({ layer: store })],
      ["StoreLaws.liveness", StoreLaws.liveness({ layer: store })],
      ["StoreLaws.crashing", StoreLaws.crashing({ layer: sound })],
      [
        "NotificationLaws.suite",
        NotificationLaws.suite({ layer: NotificationLog.layer(2).pipe(Layer.provideMerge(store)) }),
      ],
      ["SubscriptionLaws.suite", SubscriptionLaws.suite({ layer: store })],
      ["RepositoryLaws.suite", RepositoryLaws.suite({ layer: on(store) })],
      ["ProjectionLaws.suite", ProjectionLaws.suite(projections.good)],
      ["ProjectionLaws.processor", processors.suite(processors.policyParted)],
    ],
  },
  {
    title: "Your layers",
    about: "Tried on ciphers, compression, hashes and keys, however they are provided.",
    suites: [
      ["LayerLaws.transparency", LayerLaws.transparency({ layer: sealed })],
      ["LayerLaws.changing", LayerLaws.changing({ store, life })],
      ["LayerLaws.snapshots", LayerLaws.snapshots({ layer: sealed })],
      ["LayerLaws.wiring", LayerLaws.wiring({ store, cipher })],
      ["LayerLaws.picking", LayerLaws.picking({ store, cipher })],
      ["LayerLaws.cipher", LayerLaws.cipher({ layer: cipher })],
      ["LayerLaws.rotation", LayerLaws.rotation({ store, cipher: AesGcm.layer })],
    ],
  },
  {
    title: "The library itself",
    about: "Tried on the library's own algebra and hash chain, or on yours in their place.",
    suites: [
      ["CombinatorLaws.suite", CombinatorLaws.suite()],
      ["ChainLaws.suite", ChainLaws.suite()],
    ],
  },
]

/** All of them, and what examples become: a law each, of which one stands for all. */
export const published: ReadonlyArray<Published> = [...parts.flatMap(({ suites }) => suites), ["Spec", specs.holding]]
