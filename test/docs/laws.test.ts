import * as Layer from "effect/Layer"
import * as fc from "fast-check"
import * as t from "io-ts"
import { expect, it } from "vitest"
import * as Prism from "../../src/core/domain/Prism.ts"
import * as EventCodec from "../../src/core/event/EventCodec.ts"
import { EventMapper } from "../../src/core/program/EventMapper.ts"
import { NotificationLog } from "../../src/core/program/NotificationLog.ts"
import * as AesGcm from "../../src/interpreters/crypto/AesGcm.ts"
import * as KeyRing from "../../src/interpreters/crypto/KeyRing.ts"
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
  RepositoryLaws,
  SnapshotLaws,
  StoreLaws,
} from "../../src/laws/index.ts"
import * as models from "../laws/broken/models.ts"
import * as processes from "../laws/broken/processes.ts"

const { commands, events, lamp, Lamps } = models
const cipher = AesGcm.layer.pipe(Layer.provide(KeyRing.layer(KeyRing.generate("k"))))
const store = Memory.layer
const layer = Layer.merge(store, EventMapper.plain)
const Counted = EventCodec.make({ Counted: t.type({ by: t.number }) })
const one = fc.constant({ type: "Counted", schemaVersion: 1, data: { by: 1 } })

interface Part {
  readonly title: string
  readonly about: string
  readonly suites: ReadonlyArray<readonly [how: string, suite: Law.Suite]>
}

const parts: ReadonlyArray<Part> = [
  {
    title: "Your model",
    about: "Tried on your own deciders, process managers, prisms, codecs and snapshots.",
    suites: [
      ["DeciderLaws.suite", DeciderLaws.suite({ decider: lamp, commands, events })],
      ["ProcessLaws.suite", ProcessLaws.suite({ process: processes.courier, events: processes.events })],
      [
        "ProcessLaws.restart",
        ProcessLaws.restart({
          process: processes.courier,
          decider: processes.depot,
          commands: processes.commands,
        }),
      ],
      ["PrismLaws.suite", PrismLaws.suite({ prism: Prism.id<number>(), wholes: fc.nat(), parts: fc.nat() })],
      [
        "CodecLaws.suite",
        CodecLaws.suite({
          codec: Counted,
          events: fc.constant(Counted.Counted({ by: 1 })),
          stored: one,
          golden: [{ type: "Counted", schemaVersion: 1, data: { by: 1 }, events: [Counted.Counted({ by: 1 })] }],
        }),
      ],
      ["SnapshotLaws.suite", SnapshotLaws.suite({ aggregate: Lamps, commands })],
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
      [
        "NotificationLaws.suite",
        NotificationLaws.suite({ layer: NotificationLog.layer(2).pipe(Layer.provideMerge(store)) }),
      ],
      ["RepositoryLaws.suite", RepositoryLaws.suite({ layer })],
    ],
  },
  {
    title: "Your layers",
    about: "Tried on ciphers, compression, hashes and keys, however they are provided.",
    suites: [
      ["LayerLaws.transparency", LayerLaws.transparency({ layer })],
      ["LayerLaws.changing", LayerLaws.changing({ store, life: [{ plain: EventMapper.plain }] })],
      ["LayerLaws.snapshots", LayerLaws.snapshots({ layer })],
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

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ")

const page = [
  "# The laws",
  "What must hold, as values of `everfold/laws`; `everfold/laws/vitest` makes tests of them. `s' = evolve(s, e)`; `≈` means",
  "replay equal: the same decisions, and over alike, on every history.",
  ...parts.flatMap(({ title, about, suites }) => [
    `\n## ${title}\n\n${about}`,
    ...suites.map(
      ([how, { laws }]) =>
        `\n### \`${how}\`\n\n| law | says | exactly |\n| --- | --- | --- |\n${laws
          .map(({ name, title, equation }) => `| ${name} | ${cell(title)} | ${cell(equation)} |`)
          .join("\n")}`,
    ),
  ]),
  "",
].join("\n")

it("are told on a page of the docs, each with what it says", async () => {
  await expect(page.replace("# The laws\n", "# The laws\n\n")).toMatchFileSnapshot("../../docs/laws.md")
})
