/**
 * Sealing: AES-256-GCM with keys by name.
 *
 * It keeps what is in bodies, payloads and user metadata, from whoever reads the file, a backup or a disk, and it shows
 * where a sealed body was changed, cut, or moved to another event, stream or store. It does not hide the rest: streams,
 * types, tags, times, ids, causes, sizes. And it does not keep whoever can write the file from removing events, or from
 * putting plain ones of their own in place of sealed ones: the hash chain has no key. An anchor shows that, a head that
 * is noted elsewhere: `Audit.stream(name, head)`. The guide page `docs/sealing.md` says it at length.
 *
 * @since 0.1.0
 */
export * as AesGcm from "./AesGcm.ts"
export * as KeyRing from "./KeyRing.ts"
