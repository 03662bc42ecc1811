// How text looks where it is printed: colour and links on a terminal, plain text in a pipe or with NO_COLOR, 80 columns at most.
import { styleText } from 'node:util'

const WIDTH_MAX = 80
const WIDTH_MIN = 40

export type Style = 'bold' | 'dim' | 'cyan' | 'green' | 'yellow' | 'red'

export interface Look {
  /** Columns that a line may take. */
  width: number
  paint(style: Style, text: string): string
  /** A text that leads to an address when it is clicked, where that is possible. */
  link(address: string, text: string): string
}

/** What a stream can show. https://no-color.org */
export function lookOf(stream: NodeJS.WriteStream): Look {
  const paint = (style: Style, text: string) => styleText(style, text, { stream })
  const hasColours = paint('bold', 'x') !== 'x'
  return {
    width: Math.max(WIDTH_MIN, Math.min(WIDTH_MAX, stream.columns ?? WIDTH_MAX)),
    paint,
    link: hasColours && stream.isTTY ? hyperlink : (_address, text) => text
  }
}

/** https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda */
function hyperlink(address: string, text: string): string {
  return `\u001B]8;;${address}\u001B\\${text}\u001B]8;;\u001B\\`
}
