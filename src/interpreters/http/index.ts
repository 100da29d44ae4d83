/**
 * The notification log over HTTP: a server of it, and a client that is a `NotificationLog` like the one it reads.
 *
 * @since 0.1.0
 */
export { Access, Unauthorized } from "./Access.ts"
export { UnexpectedAnswer } from "./Answers.ts"
export * as NotificationLogApi from "./NotificationLogApi.ts"
export * as NotificationLogClient from "./NotificationLogClient.ts"
export * as NotificationLogServer from "./NotificationLogServer.ts"
