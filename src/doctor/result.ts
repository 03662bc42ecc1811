// What an examination found: the one thing that the text, the JSON and the exit code are made from.
import { EXIT } from '../exit.ts'
import { type Static, Type } from '../schema.ts'

/** Grows when a field changes its meaning or goes; new fields may come without that. */
export const RESULT_VERSION = 1

const strict = { additionalProperties: false }

const Status = Type.Union(
  [Type.Literal('ok'), Type.Literal('warning'), Type.Literal('failed'), Type.Literal('skipped')],
  { description: 'How it stands. `skipped`: nobody looked, for the reason that `found` gives.' }
)
export type Status = Static<typeof Status>

const Place = Type.Object(
  {
    path: Type.String({ description: 'Keys from the top of the configuration, with dots between them.' }),
    line: Type.Optional(Type.Integer({ minimum: 1, description: 'In the configuration file.' }))
  },
  { ...strict, description: 'Where in the configuration it is about.' }
)

const Line = Type.Object(
  {
    code: Type.String({ pattern: '^QB-[A-Z]+(-[A-Z]+)*$', description: 'Of the check; it never changes.' }),
    group: Type.String({ description: 'What the check belongs to.' }),
    status: Status,
    subject: Type.Optional(
      Type.String({ description: 'Which of several was looked at: a provider, an action, an address.' })
    ),
    found: Type.String({ minLength: 1, description: 'What was found, in a sentence, secrets masked.' }),
    details: Type.Optional(Type.Array(Type.String(), { description: 'One by one, where it is about several things.' })),
    place: Type.Optional(Place),
    remedy: Type.Optional(Type.String({ description: 'What to do about it.' })),
    paste: Type.Optional(
      Type.Array(Type.String(), { description: 'The remedy, to be pasted into a shell or the configuration.' })
    )
  },
  strict
)
export type Line = Static<typeof Line>

const Answer = Type.Object(
  {
    action: Type.String(),
    site: Type.Optional(Type.String()),
    language: Type.String({ description: 'Of the answer, as a BCP 47 tag.' }),
    ageSeconds: Type.Optional(Type.Integer({ minimum: 0, description: 'Of the numbers; absent when there are none.' })),
    answer: Type.Unknown({ description: 'As Wix gets it.' })
  },
  { ...strict, description: 'What the owner of a site reads, where an action was named.' }
)
export type Answer = Static<typeof Answer>

export const Result = Type.Object(
  {
    version: Type.Literal(RESULT_VERSION, { description: 'Of this form.' }),
    program: Type.Object({ name: Type.String(), version: Type.String() }, strict),
    configuration: Type.String({ description: 'The path of the configuration file.' }),
    at: Type.String({ format: 'date-time', description: 'When it began.' }),
    counts: Type.Object(
      { ok: Type.Integer(), warning: Type.Integer(), failed: Type.Integer(), skipped: Type.Integer() },
      { ...strict, description: 'Lines by status.' }
    ),
    lines: Type.Array(Line),
    answer: Type.Optional(Answer),
    exitCode: Type.Union(
      [Type.Literal(EXIT.ok), Type.Literal(EXIT.failed), Type.Literal(EXIT.usage), Type.Literal(EXIT.warnings)],
      { description: '0 all well, 1 something failed, 2 wrong configuration, 3 warnings only.' }
    )
  },
  {
    ...strict,
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Result of quota-bridge doctor --json and config check --json'
  }
)
export type Result = Static<typeof Result>

/** How many lines there are of each status. */
export function countLines(lines: readonly Line[]): Result['counts'] {
  const counts = { ok: 0, warning: 0, failed: 0, skipped: 0 }
  for (const { status } of lines) counts[status]++
  return counts
}
