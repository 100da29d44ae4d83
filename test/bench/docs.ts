export const write = async (..._: ReadonlyArray<unknown>): Promise<void> => {}
