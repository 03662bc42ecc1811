// The form by which a site is connected, made from what the provider's adapter asks for.
import { type Html, html } from '../../pages/html.ts'
import type { Words } from '../../presentation/words.ts'
import type { Source } from '../../quota/source.ts'
import type { TSchema } from '../../schema.ts'
import { fieldWords } from './words.ts'

/** In front of a field's name, so that none can be taken for what the form itself sends. */
export const FIELD = 'field.'
const LENGTH_MAX = 2048

export interface ConnectForm {
  source: Source
  words: Words
  /** What proves who the visitor is. */
  proof: Record<string, string>
  /** What stands in the fields that are no secrets. */
  values: Readonly<Record<string, string>>
  /** Which field is wrong. */
  wrong?: string | undefined
  /** Asks whether another account may take the place of the present one. */
  asks?: boolean
}

/** The whole form. */
export function connectForm({ source, words, proof, values, wrong, asks = false }: ConnectForm): Html {
  const fields = Object.entries(source.adapter.connectionSchema.properties)
  return html`<form method="post" action="/connect">
${hidden({ ...proof, do: 'save' })}
${fields.map(([name, schema]) => field(name, schema, { source, words, value: values[name], isWrong: wrong === name }))}
${asks ? html`<p><label class="choice"><input type="checkbox" name="replace" value="yes" required> ${words.tell('page.connect.confirm')}</label></p>` : undefined}
<p><button class="button">${words.tell('page.connect.check-and-save')}</button></p>
</form>`
}

/** The form by which a copy is connected as its origin is: what is no secret comes from there, and is not shown. */
export function copyForm({ source, words, proof }: Pick<ConnectForm, 'source' | 'words' | 'proof'>): Html {
  const fields = Object.entries(source.adapter.connectionSchema.properties).filter(([, { secret }]) => secret === true)
  return html`<form method="post" action="/connect">
<p>${words.tell('page.connect.copied')}</p>
${hidden({ ...proof, do: 'copy' })}
${fields.map(([name, schema]) => field(name, schema, { source, words, isWrong: false, id: `copy-${name}` }))}
<p><button class="button">${words.tell('page.connect.copied-button')}</button></p>
</form>
<hr>`
}

/** Disconnects in a second step: whoever opens it reads what will be. */
export function disconnectForm(words: Words, proof: Record<string, string>): Html {
  const label = words.tell('page.connect.disconnect')
  return html`<details>
<summary>${label}</summary>
<form method="post" action="/connect">
<p>${words.tell('page.connect.disconnect-text')}</p>
${hidden({ ...proof, do: 'disconnect' })}
<p><button class="button danger">${label}</button></p>
</form>
</details>`
}

interface FieldOptions {
  source: Source
  words: Words
  value?: string | undefined
  isWrong: boolean
  id?: string
}

function field(
  name: string,
  schema: TSchema,
  { source, words, value, isWrong, id = `field-${name}` }: FieldOptions
): Html {
  const { label, hint } = fieldWords(source.adapter, name, schema, words)
  const must = source.adapter.connectionSchema.required?.includes(name) ? html` required` : undefined
  const described = `${id}-hint${isWrong ? ` ${id}-wrong` : ''}`
  const input =
    schema.secret === true
      ? html`<input type="password" autocomplete="off" id="${id}" name="${FIELD}${name}" maxlength="${LENGTH_MAX}"${must} dir="ltr" aria-describedby="${described}" aria-invalid="${String(isWrong)}">`
      : html`<input type="text" autocomplete="off" spellcheck="false" id="${id}" name="${FIELD}${name}" maxlength="${LENGTH_MAX}"${must} dir="ltr" value="${value ?? ''}" aria-describedby="${described}" aria-invalid="${String(isWrong)}">`
  return html`<div class="field">
<label for="${id}">${label}</label>
${input}
<p class="hint" id="${id}-hint">${hint}${whereToFind(schema, words)}</p>
${isWrong ? html`<p class="wrong" id="${id}-wrong">${words.tell('page.connect.check-field')}</p>` : undefined}
</div>`
}

/** Opened beside the form, whose fields would be lost otherwise. */
function whereToFind({ findAt }: TSchema, words: Words): Html | undefined {
  if (typeof findAt !== 'string') return undefined
  return html` <a href="${findAt}" target="_blank" rel="noopener noreferrer">${words.tell('page.connect.where')}</a>`
}

function hidden(values: Record<string, string>): Html[] {
  return Object.entries(values).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)
}
