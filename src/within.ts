// Not waiting for longer than one may.

/** What a piece of work gives, or when it takes longer than `limitMs`, what `late` gives in its place. */
export async function within<Result, Late>(
  limitMs: number,
  work: Promise<Result>,
  late: () => Late
): Promise<Result | Late> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, Math.max(0, limitMs))
  try {
    return await Promise.race([work, promise.then(late)])
  } finally {
    clearTimeout(timer)
  }
}
