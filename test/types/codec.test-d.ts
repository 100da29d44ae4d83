import * as t from "io-ts"
import { expectTypeOf } from "vitest"
import * as EventCodec from "../../src/core/event/EventCodec.ts"

const AccountEvent = EventCodec.make({
  Opened: EventCodec.version(t.type({ owner: t.string })).pipe(
    EventCodec.upcast(t.type({ owner: t.string, currency: t.string }), (v1) => ({ ...v1, currency: "EUR" })),
  ),
  Deposited: t.intersection([t.type({ amount: t.number }), t.partial({ note: t.string })]),
  Moved: t.union([t.type({ by: t.literal("foot") }), t.type({ by: t.literal("car"), plate: t.string })]),
  Closed: t.type({}),
})
type AccountEvent = EventCodec.TypeOf<typeof AccountEvent>
expectTypeOf<AccountEvent>().toEqualTypeOf<
  | { readonly _tag: "Opened"; readonly owner: string; readonly currency: string }
  | { readonly _tag: "Deposited"; readonly amount: number; readonly note?: string }
  | { readonly _tag: "Moved"; readonly by: "foot" }
  | { readonly _tag: "Moved"; readonly by: "car"; readonly plate: string }
  | { readonly _tag: "Closed" }
>()
expectTypeOf(AccountEvent.Closed()).toEqualTypeOf<{ readonly _tag: "Closed" }>()
// @ts-expect-error a payload is needed
AccountEvent.Deposited()
// @ts-expect-error a tag that the codec does not have
AccountEvent.Depsited({ amount: 1 })
class DateHolder extends t.Type<{ at: Date }> {
  constructor() {
    super(
      "DateHolder",
      (u): u is { at: Date } => typeof u === "object",
      () => t.success({ at: new Date() }),
      t.identity,
    )
  }
}
// @ts-expect-error a payload that JSON cannot hold
EventCodec.make({ Bad: new DateHolder() })
// @ts-expect-error a payload that is no object
EventCodec.make({ Bad: t.string })
EventCodec.make({ Seen: t.type({ id: t.string }) }, { tags: (event) => [`thing:${event.id}`] })
