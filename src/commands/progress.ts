// How far a long piece of work has come, on a terminal alone.

export interface Progress {
  tell(done: number, total: number): void
  /** Leaves the line. */
  end(): void
}

/** Writes into one line of standard error, so that what is printed stays as it is. */
export function progress(stream: Pick<NodeJS.WriteStream, 'isTTY' | 'write'> = process.stderr): Progress {
  let told = false
  return {
    tell(done, total) {
      if (!stream.isTTY) return
      told = true
      stream.write(`\r${done} of ${total}`)
    },
    end: () => void (told && stream.write('\n'))
  }
}
