/**
 * What the number of a range counts as: a whole one from 0, perhaps infinite.
 *
 * @category conversions
 * @since 0.1.0
 */
export const bound = (n: number): number => Math.max(0, Math.trunc(n) || 0)
