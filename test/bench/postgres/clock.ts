/** Milliseconds by a clock that all processes of the machine share, and that is never set. */
export const now = (): number => Number(process.hrtime.bigint()) / 1e6

export const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds))
