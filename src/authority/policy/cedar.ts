/** The Cedar engine, in the server's own process. One name for it, so that its entry (`nodejs`: loads synchronously) is chosen once. */
export * as cedar from '@cedar-policy/cedar-wasm/nodejs';
export type { DetailedError, EntityJson, PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
