/** How failing laws read, besides those of deciders. */
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import * as Law from "../../src/laws/Law.ts"
import type { Case } from "./broken/caught.ts"
import { cases as codecs } from "./broken/codecs.ts"
import { cases as models } from "./broken/models.ts"
import { cases as processes } from "./broken/processes.ts"
import { cases as repositories } from "./broken/repositories.ts"

const report = async (cases: ReadonlyArray<Case>, name: string, flaw: string): Promise<string> => {
  const found = cases.find((each) => each.law === name && each.flaw === flaw)
  const law = found?.suite.laws.find((each) => each.name === name)
  if (law === undefined) throw new Error(`There is no law ${name} about ${flaw}.`)
  return (await Effect.runPromise(Law.check(law, { seed: 42, runs: found?.runs ?? 500 }))).report
}

describe("a report says what happened, and what is wrong:", () => {
  it("to a codec", async () => {
    expect(await report(codecs, "C3", "an upcast whose answer its version writes otherwise")).toMatchInlineSnapshot(`
      "C3, read now or later, does not hold:
        read(x) = read(write as version j (read x up to j)), for every j from x's version on, and twice the same
      given (run 9, made smaller once):
        { type: "OrderPlaced", schemaVersion: 1, data: { item: "" } }
      OrderPlaced v1, rewritten as OrderPlaced v2 and read again, means something else.
      as it is stored:
        OrderPlaced v1 {"item":""}
      read at once:
        Placed { items: [""] }
      rewritten as:
        OrderPlaced v2 {"item":"","count":2}
      read then:
        Placed { items: ["", ""] }
      replay: laws(suite, { only: "C3", seed: 42, path: "8:0" })"
    `)
    expect(await report(codecs, "C4", "an upcast that changed its mind")).toMatchInlineSnapshot(`
      "C4, golden corpus, does not hold:
        every fixture decodes to the events that it meant and folds; there is one of every name and version
      given:
        "a corpus of 9 fixtures"
      Fixture 1 (OrderPlaced v1) does not mean what it meant.
      as it is stored:
        OrderPlaced v1 {"item":"tea"}
      it meant:
        Placed { items: ["tea"] }
      it is read as:
        Placed { items: ["tea", "tea"] }
      again: laws(suite, { only: "C4" })"
    `)
    expect(await report(codecs, "C4", "a corpus without one version")).toMatchInlineSnapshot(`
      "C4, golden corpus, does not hold:
        every fixture decodes to the events that it meant and folds; there is one of every name and version
      given:
        "a corpus of 8 fixtures"
      Not all that is read has a fixture.
      there is none of:
        Placed v2
      again: laws(suite, { only: "C4" })"
    `)
    expect(await report(codecs, "C5", "a codec of numbers of 32 bits")).toMatchInlineSnapshot(`
      "C5, hostile payloads, does not hold:
        decode(encode(x)) = x or a fault, whatever is put into x; decode(any JSON) is what encodes again, or a fault; neither throws
      given (run 1, made smaller once):
        { event: { _tag: "Counted", n: 0 }, place: { at: [0] } }
      Counted { n: 0 } with 2^53 + 1 in it is neither refused nor read back as it was.
      the event:
        Counted { n: 9007199254740992 }
      written as:
        Counted v1 {"n":0}
      read back as:
        Counted { n: 0 }
      replay: laws(suite, { only: "C5", seed: 42, path: "0:1" })"
    `)
    expect(await report(codecs, "C6", "a codec that knows its own names only")).toMatchInlineSnapshot(`
      "C6, renames and splits hide nothing, does not hold:
        what decodes to an event of tag T is found by a query on storedTypes(T), and a condition on them fails after it
      given (run 1, made smaller once):
        { old: [{ type: "OrderPlaced", schemaVersion: 1, data: { item: "" } }], new: [] }
      OrderPlaced v1 is read as Placed, but a query for Placed does not find it.
      stored:
        OrderPlaced v1 {"item":""}
      storedTypes of Placed:
        ["Placed"]
      found:
        nothing
      replay: laws(suite, { only: "C6", seed: 42, path: "0:1" })"
    `)
  })

  it("to a snapshot", async () => {
    expect(await report(models, "SN1", "a snapshot without a field")).toMatchInlineSnapshot(`
      "SN1, a snapshot changes nothing, does not hold:
        fold(snapshotₙ, es[n..]) = fold(initial, es) for every n
      what happened (run 1, made smaller 6 times):
        Name { name: "" } → Named { name: "" }
      The state after event 1 does not come back from its snapshot.
      without a snapshot:
        { on: false, switched: 0, names: [""] }
      with the snapshot:
        { on: false, switched: 0, names: [] }
      the snapshot, as it is stored:
        {"on":false,"switched":0,"names":[]}
      replay: laws(suite, { only: "SN1", seed: 42, path: "0:1:1:1:1:1:1" })"
    `)
  })

  it("to a process", async () => {
    expect(await report(processes, "PM1", "a courier that forgets what it asked for")).toMatchInlineSnapshot(`
      "PM1, what is asked for is owed, does not hold:
        react(s', e) ⊆ pending(s'), where s' = evolve(s, e)
      what happened (run 1, made smaller 3 times):
        Ordered { parcel: 0 } → asks for Pack { parcel: 0 }; then owes nothing
      Pack { parcel: 0 } is asked for on Ordered { parcel: 0 }, but pending does not say so: a restart forgets it.
      asked for:
        Pack { parcel: 0 }
      pending:
        nothing
      in the state:
        [{ _tag: "Pack", parcel: 0 }]
      replay: laws(suite, { only: "PM1", seed: 42, path: "0:2:1:1" })"
    `)
    expect(await report(processes, "PM3", "a courier that goes home with parcels")).toMatchInlineSnapshot(`
      "PM3, a process that is over owes nothing, does not hold:
        isTerminal(s) ⇒ pending(s) = [] and isTerminal(evolve(s, e)) and react(evolve(s, e), e) = []
      what happened (run 2, made smaller 8 times):
        Ordered { parcel: 0 } → asks for Pack { parcel: 0 }; then owes Pack { parcel: 0 }
        Sent { parcel: 0 } → asks for nothing; then owes Pack { parcel: 0 }
        Sent { parcel: 0 } → asks for nothing; then owes Pack { parcel: 0 }, and is over
      It is over after Sent { parcel: 0 }, and still owes Pack { parcel: 0 }.
      in the state:
        { todo: [{ _tag: "Pack", parcel: 0 }], sent: 2 }
      replay: laws(suite, { only: "PM3", seed: 42, path: "1:1:2:2:3:4:4:5:6" })"
    `)
    expect(await report(processes, "PM4", "a courier that remembers one thing at a time")).toMatchInlineSnapshot(`
      "PM4, a restart resumes exactly what is owed, does not hold:
        stopped anywhere and begun again with pending(fold(events)), it comes to the same events, perhaps in another order
      what happened (run 1, made smaller 25 times):
        Order { parcels: [0, 1] } → Ordered { parcel: 0 }, Ordered { parcel: 1 }
        (stopped while Pack { parcel: 0 }, Pack { parcel: 1 } was still to do; begun again with what is pending: Pack { parcel: 1 })
        asked for: Pack { parcel: 1 } → Packed { parcel: 1 }
        asked for: Send { parcel: 1 } → Sent { parcel: 1 }
      Packed { parcel: 0 }, Sent { parcel: 0 } is lost by restarts.
      recorded without a restart:
        Ordered { parcel: 0 }, Ordered { parcel: 1 }, Packed { parcel: 0 }, Packed { parcel: 1 }, Sent { parcel: 0 }, Sent { parcel: 1 }
      recorded with restarts:
        Ordered { parcel: 0 }, Ordered { parcel: 1 }, Packed { parcel: 1 }, Sent { parcel: 1 }
      replay: laws(suite, { only: "PM4", seed: 42, path: "0:3:5:4:7:5:5:8:5:7:5:7:5:9:6:12:0:4:5:1:1:1:2:2:2:2" })"
    `)
    expect(await report(processes, "PM5", "a decider that refuses everything")).toMatchInlineSnapshot(`
      "PM5, restarts are tried in earnest, is not shown to hold:
        in some run something is owed at a restart, and all that is asked for records something
      never come upon in 5000 runs:
        restart with something owed, where all that is asked for records something
      Either nothing can lead there, or nothing that the law was given does.
      come upon, in so many of the runs:
        run in which all that is asked for records something (100 %)
      replay: laws(suite, { only: "PM5", seed: 42 })"
    `)
  })

  it("to the callers of a repository", async () => {
    const text = await report(repositories, "S11", "a store that checks, then acts")
    expect(text.slice(text.indexOf("what happened:"), text.indexOf("replay:"))).toMatchInlineSnapshot(`
      "what happened:
        caller 1.1: transacts 1 in a and 0 in b, up to 3 …
        caller 2.1: executes 0 in a, up to 0, expecting 0 …
        caller 1.1: (readStream: Slow)
        caller 2.1: executes 0 in a, up to 0, expecting 0: interrupted
        caller 1.1: (commit: Slow)
        caller 2.2: transacts 1 in a and 0 in b, up to 2 …
        caller 2.2: (readStream: Slow)
        caller 1.1: transacts 1 in a and 0 in b, up to 3: recorded 1 in a, decided on version 0 of a and version 0 of b, shown version 1 of a
        caller 2.2: transacts 1 in a and 0 in b, up to 2: recorded 1 in a, decided on version 0 of a and version 0 of b, shown version 1 of a
      caller 1.1 (transacts 1 in a and 0 in b, up to 3) and caller 2.2 (transacts 1 in a and 0 in b, up to 2) both wrote version 1 of Register-a.
      "
    `)
  })
})
