/**
 * What was thrown, which may be anything.
 *
 * @since 0.1.0
 */

/**
 * Whatever was thrown, for people.
 *
 * @category messages
 * @since 0.1.0
 */
export const describe = (cause: unknown): string => {
  try {
    return cause instanceof Error ? cause.message : String(cause)
  } catch {
    return `a value of type ${typeof cause}`
  }
}
