/** Violations by kind, each with its examples. */
export interface Verdict {
  /** Told to be recorded, and not in the store. */
  readonly lost: Array<string>
  /** Recorded more often than asked for. */
  readonly repeated: Array<string>
  /** Recorded in part: half a transfer, say. */
  readonly torn: Array<string>
  /** Recorded although it was told that nothing was. */
  readonly unwanted: Array<string>
  /** Told otherwise than recorded, or older than what somebody was told before it was asked. */
  readonly untrue: Array<string>
  /** Decided on a state that was not the latest: an account below zero. */
  readonly overdrawn: Array<string>
  /** Money that transfers made or lost. */
  readonly imbalance: Array<string>
  /** Told in a way that no order of the operations explains. */
  readonly unserializable: Array<string>
  /** Names with several owners, or with none though somebody was told of one. */
  readonly claims: Array<string>
  /** What a consumer did twice, left out, or did after another had taken over. */
  readonly checkpoints: Array<string>
  /** What a read model has more of than its checkpoint says: it was projected twice, or will be. */
  readonly projectedTwice: Array<string>
  /** What a read model's checkpoint is past, and the model does not have. */
  readonly projectedNever: Array<string>
  /** What a read model makes of the right events in the wrong order, and versions that are not shown as they should. */
  readonly projectedWrong: Array<string>
  /** What a processor answered more often than it was asked. */
  readonly answeredTwice: Array<string>
  /** What a processor is past, and did not answer. */
  readonly answeredNever: Array<string>
  /** What a processor decided on something old, or in another order. */
  readonly answeredWrong: Array<string>
  /** Positions or versions that are missing. */
  readonly holes: Array<string>
  /** Chains that do not verify, and states that differ from the fold of the history. */
  readonly broken: Array<string>
  /** What a follower did not see. */
  readonly skipped: Array<string>
  /** What a follower saw too late or again, and versions whose positions are in another order. */
  readonly reordered: Array<string>
  /** Errors that must not be, complaints, processes that hang. */
  readonly faults: Array<string>
}

export const innocent = (): Verdict => ({
  lost: [],
  repeated: [],
  torn: [],
  unwanted: [],
  untrue: [],
  overdrawn: [],
  imbalance: [],
  unserializable: [],
  claims: [],
  checkpoints: [],
  projectedTwice: [],
  projectedNever: [],
  projectedWrong: [],
  answeredTwice: [],
  answeredNever: [],
  answeredWrong: [],
  holes: [],
  broken: [],
  skipped: [],
  reordered: [],
  faults: [],
})
