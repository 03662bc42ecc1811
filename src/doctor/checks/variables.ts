// QB-CONFIG-VARIABLES: the variables and the secret files that the configuration names.
import type { Check, Found } from '../check.ts'
import { placeholderValue } from '../mask.ts'
import type { Placeholder } from '../written.ts'

export const variables: Check = {
  code: 'QB-CONFIG-VARIABLES',
  group: 'Configuration',
  looksAt: 'Every `${NAME}` is set, and every `${file:PATH}` can be read.',
  warnsWhen:
    'A value is empty, or begins and ends in a quotation mark, or in a blank: environment files and secret stores keep what a shell would take off.',
  failsWhen: 'One is not set, or cannot be read.',
  offline: true,
  async run(examination) {
    const { written, environment } = examination
    const found = (written?.placeholders ?? []).map(placeholder =>
      look(placeholder, placeholderValue(placeholder.name, environment))
    )
    return found.length === 0 ? [{ status: 'ok', found: 'the configuration names none' }] : found
  }
}

function look({ name, places: [place = []] }: Placeholder, value: string | undefined): Found {
  const file = name.startsWith('file:') ? name.slice('file:'.length) : undefined
  const line = { subject: file ?? name, place }
  if (value === undefined) {
    return file === undefined
      ? {
          ...line,
          status: 'failed',
          found: 'is not set',
          remedy: 'Set it where the service starts.',
          paste: [`export ${name}=…`]
        }
      : {
          ...line,
          status: 'failed',
          found: 'cannot be read',
          remedy: 'Mount it, correct the path, or let the user who runs the service read it.',
          paste: [`ls -l ${file}`]
        }
  }
  if (value === '')
    return {
      ...line,
      status: 'warning',
      found: 'is empty',
      remedy: 'Give it a value, or take it out of the configuration.'
    }
  const length = `${value.length} characters`
  if (/^(["']).*\1$/s.test(value)) {
    const remedy = 'Take the quotation marks off: they have become a part of the value.'
    return { ...line, status: 'warning', found: `${length}, in quotation marks`, remedy }
  }
  // Of a text of several lines, such as a PEM, the last line's end belongs to it.
  if (value !== value.trim() && !value.trim().includes('\n')) {
    const remedy = 'Take the blanks or line breaks at its ends off.'
    return { ...line, status: 'warning', found: `${length}, with blanks at its ends`, remedy }
  }
  return { ...line, status: 'ok', found: file === undefined ? `is set, ${length}` : `can be read, ${length}` }
}
