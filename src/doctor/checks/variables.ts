// QB-CONFIG-VARIABLES: the variables and the secret files that the configuration names.
import type { Check, Found } from '../check.ts'
import { sentence } from '../finding.ts'
import { lookUp, type Placeholder } from '../written.ts'

export const variables: Check = {
  code: 'QB-CONFIG-VARIABLES',
  group: 'Configuration',
  looksAt: 'Every `${NAME}` is set, and every `${file:PATH}` can be read.',
  warnsWhen: 'A value is empty, or has blanks at its ends, which secret stores keep.',
  failsWhen:
    'One is not set, cannot be read, or is no value as it stands: empty, or in quotation marks, which environment files keep.',
  offline: true,
  async run({ written, environment, unfit }) {
    const found = (written?.placeholders ?? []).map(placeholder =>
      look(placeholder, lookUp(placeholder.name, environment), unfit.includes(placeholder))
    )
    return found.length === 0 ? [{ status: 'ok', found: 'the configuration names none' }] : found
  }
}

function look(
  { name, places: [place = []] }: Placeholder,
  { value, mistake }: ReturnType<typeof lookUp>,
  isUnfit: boolean
): Found {
  const file = name.startsWith('file:') ? name.slice('file:'.length) : undefined
  const line = { subject: file ?? name, place }
  if (mistake !== undefined) {
    const [what = '', ...remedies] = mistake.split('; ')
    const found = what.replace(/^(names|has) (the environment variable|the file) [^,]*, (which|whose) /, '')
    const remedy = sentence(remedies.join('; '))
    const paste = file !== undefined ? [`ls -l ${file}`] : /^\w+$/.test(name) ? [`export ${name}=…`] : []
    return { ...line, status: isUnfit ? 'failed' : 'warning', found, remedy, paste }
  }
  const length = `${value?.length ?? 0} characters`
  // Of a text of several lines, such as a PEM, the last line's end belongs to it.
  if (value !== value?.trim() && !value?.trim().includes('\n')) {
    const remedy = 'Take the blanks or line breaks at its ends off.'
    return { ...line, status: 'warning', found: `${length}, with blanks at its ends`, remedy }
  }
  return { ...line, status: 'ok', found: file === undefined ? `is set, ${length}` : `can be read, ${length}` }
}
