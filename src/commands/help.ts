// What --help shows: the table of commands, or what one of them takes. No line is longer than a terminal's 80 columns.
import { wrap } from '../terminal.ts'
import type { Command, CommandOption } from './command.ts'
import { COMMON_OPTIONS } from './find.ts'

/** All commands, for whoever names none; the first is the one that is meant then. */
export function overview(commands: readonly [Command, ...Command[]]): string {
  const [usual] = commands
  return `Usage: quota-bridge [COMMAND] [OPTION]...

Commands; ${usual.name} is meant when none is named:
${columns(commands.map(({ name, summary }) => [name, summary]))}

Each has a --help of its own. Without a command:
${optionLines(usual)}

Environment: PORT and MANAGEMENT_PORT override the ports, LOG_LEVEL sets the
log's level.
Exit codes: 0 done, all well, or stopped by a signal; 1 something failed, or
stopped at once by a second signal; 2 wrong command line or configuration;
3 warnings only.
`
}

/** What one command does and takes. */
export function helpOf(command: Command): string {
  const { summary, details, examples = [] } = command
  return `${usageOf(command)}

${wrap(`${summary[0]?.toUpperCase()}${summary.slice(1)}.${details ? ` ${details}` : ''}`)}

${optionLines(command)}
${examples.length === 0 ? '' : `\nExamples:\n${examples.map(line => `  quota-bridge ${line}\n`).join('')}`}`
}

/** How a command is called, in one line or two. */
export function usageOf({ name, operands = [], rest, options }: Command): string {
  const start = ['Usage: quota-bridge', name, ...operands, ...(rest === undefined ? [] : [`[${rest}]...`])].join(' ')
  const parts = Object.entries(options).map(([option, { type, value, multiple }]) => {
    const text = type === 'boolean' ? `--${option}` : `--${option} ${value}`
    return option === 'config' ? text : `[${text}]${multiple ? '...' : ''}`
  })
  return wrap([start, ...parts].join(' '), { indent: '  ', at: /(?<=\.\.\.|\]|FILE) / })
}

function optionLines({ options }: Command): string {
  const rows = [...Object.entries<CommandOption>(options), ...Object.entries<CommandOption>(COMMON_OPTIONS)].map(
    ([name, { short, type, value, choices, description }]) => [
      `${short ? `-${short}, ` : ''}--${name}${type === 'string' ? ` ${value}` : ''}`,
      `${description}${choices ? `: ${choices.join(', ')}` : ''}`
    ]
  )
  return columns(rows)
}

function columns(rows: string[][]): string {
  const width = Math.max(...rows.map(([left = '']) => left.length))
  return rows
    .map(([left = '', right = '']) => wrap(`  ${left.padEnd(width)}  ${right}`, { indent: ' '.repeat(width + 4) }))
    .join('\n')
}
