// What the message catalogues lack, each as a whole and message by message.
import { english, isMessageKey, MESSAGE_KEYS, type MessageKey } from '../presentation/catalogues.ts'
import { translationMistakes } from '../presentation/message-syntax.ts'

/** Everything wrong with the catalogues, as `file: what`; `sources` are the texts of the code by path. */
export function messageMistakes(
  catalogues: ReadonlyMap<string, unknown>,
  sources: ReadonlyMap<string, string>
): string[] {
  const mistakes = [...catalogues].flatMap(([language, content]) =>
    catalogueMistakes(language, content).map(mistake => `${language}.json: ${mistake}`)
  )
  const unused = MESSAGE_KEYS.filter(key => !isUsed(key, sources))
  return [...mistakes, ...unused.map(key => `en.json: ${key} is used nowhere`)]
}

function catalogueMistakes(language: string, content: unknown): string[] {
  if (!isCanonical(language)) return ['the file is not named by a language tag such as de, pt-BR or zh-Hant']
  if (typeof content !== 'object' || content === null || Array.isArray(content)) return ['is not a JSON object']
  const written = new Map<string, unknown>(Object.entries(content))
  const missing = MESSAGE_KEYS.filter(key => !written.has(key)).map(key => `${key} is missing: ${english[key]}`)
  const inside = [...written].flatMap(([key, text]) => {
    if (!isMessageKey(key)) return [`${key} is not a message of en.json`]
    if (typeof text !== 'string' || text.trim() === '') return [`${key} is not a text`]
    return translationMistakes(key, text, language).map(mistake => `${key} ${mistake}`)
  })
  return [...missing, ...inside]
}

function isCanonical(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag)[0] === tag
  } catch {
    return false
  }
}

/** By its whole key in the code; a feature's or a plan's name by its id or kind in the folder of its adapter. */
function isUsed(key: MessageKey, sources: ReadonlyMap<string, string>): boolean {
  const [vocabulary = '', group = '', id = ''] = key.split('.')
  const byAdapter = group === 'feature' || group === 'plan'
  const literal = byAdapter ? `'${id}'` : `'${key}'`
  const folder = byAdapter ? `providers/${vocabulary}/` : ''
  return [...sources].some(([path, text]) => path.startsWith(folder) && text.includes(literal))
}
