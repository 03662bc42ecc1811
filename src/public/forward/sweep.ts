// Keeps the process small while large bodies stream through: each piece leaves 64 KiB of garbage that V8 hardly counts, and
// lets become a hundred megabytes before it collects. `npm run bench:forward` shows the memory.

const EVERY_BYTES = 4 * 1024 ** 2

let passed = 0

/** Takes note of bytes that were passed on. Does nothing where node was not started with --expose-gc. */
export function sweepAfter(bytes: number): void {
  passed += bytes
  if (passed < EVERY_BYTES) return
  passed = 0
  // About a millisecond: only what is young is looked at.
  globalThis.gc?.({ type: 'minor', execution: 'sync' })
}
