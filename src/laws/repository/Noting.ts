/**
 * What the laws of repositories come upon in the store: commits that are refused, repeats, what no caller is told.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { EventStore } from "../../core/port/EventStore.ts"
import type * as Law from "../Law.ts"
import { over } from "../Over.ts"

/** What a commit of a repository meets that another one was faster than. @category universe @since 0.1.0 */
export const conflict = "a commit that met a VersionConflict"

/** What is sent again, or was recorded before. @category universe @since 0.1.0 */
export const repeat = "a commit that was a repeat"

/**
 * The same store, which takes down what becomes of commits.
 *
 * @category constructors
 * @since 0.1.0
 */
export const noting = (store: EventStore["Service"], seen: Law.Seen): EventStore["Service"] =>
  over(store, {
    commit: (request) =>
      store.commit(request).pipe(
        Effect.tap(({ repeated }) => Effect.sync(() => repeated && seen(repeat))),
        Effect.tapError(({ _tag }) =>
          Effect.sync(() => seen(_tag === "VersionConflict" ? conflict : `a commit that met a ${_tag}`)),
        ),
      ),
  })
