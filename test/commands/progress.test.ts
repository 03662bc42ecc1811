import t from 'tap'
import { progress } from '../../src/commands/progress.ts'

function terminal(isTTY: boolean) {
  const written: string[] = []
  return { written, isTTY, write: (text: string | Uint8Array) => written.push(String(text)) > 0 }
}

t.test('progress stays in one line of a terminal, and leaves it at the end', async t => {
  const screen = terminal(true)
  const shown = progress(screen)
  shown.tell(1, 2)
  shown.tell(2, 2)
  shown.end()
  t.equal(screen.written.join(''), '\r1 of 2\r2 of 2\n')
})

t.test('elsewhere nothing is written, and nothing is where nothing was told', async t => {
  const pipe = terminal(false)
  progress(pipe).tell(1, 2)
  const untold = terminal(true)
  progress(untold).end()
  t.strictSame([pipe.written, untold.written], [[], []])
})
