// openapi.yaml as committed, read by tools that share no code with the server.
import { readFileSync } from 'node:fs'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { parse } from 'yaml'

interface ResponseObject {
  /** OpenAPI has no word for a body that comes at one time and not at another. */
  'x-body-may-be-absent'?: boolean
  headers?: Record<string, { required?: boolean; schema: object }>
  content?: Record<string, { schema: object; example?: unknown; examples?: Record<string, { value: unknown }> }>
}

interface OperationObject {
  operationId: string
  responses: Record<string, ResponseObject | { $ref: string }>
}

interface OpenApiDocument {
  paths: Record<string, Record<string, OperationObject>>
  components?: { responses?: Record<string, ResponseObject>; schemas?: Record<string, object> }
}

export interface DocumentedStatus {
  operationId: string
  method: string
  path: string
  /** `default` stands for every status that is not told apart. */
  status: number | 'default'
  response: ResponseObject
  /** Where the response stands in the document. */
  pointer: string
}

export interface ContractDocument {
  /** Every operation with every status it documents. */
  statuses: DocumentedStatus[]
  /** What is wrong with an answer by the document; empty when nothing is. */
  violations(operationId: string, response: Response): Promise<string[]>
  /** What is wrong with a value by one of the document's named schemas. */
  schemaViolations(name: string, value: unknown): string[]
  /** The document's named schemas. */
  schemas: Record<string, object>
}

/** Reads an OpenAPI 3.1 document. */
export function readContract(file: string): ContractDocument {
  const document: OpenApiDocument = parse(readFileSync(file, 'utf8'))
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  addFormats.default(ajv)
  ajv.addSchema(document, file)
  const compiled = new Map<string, ValidateFunction>()

  const statuses: DocumentedStatus[] = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { operationId, responses }]) =>
      Object.entries(responses).map(([status, response]) => ({
        operationId,
        method: method.toUpperCase(),
        path,
        status: status === 'default' ? status : Number(status),
        ...('$ref' in response
          ? sharedResponse(document, response.$ref)
          : { response, pointer: pointerTo(['paths', path, method, 'responses', status]) })
      }))
    )
  )

  function check(pointer: string, value: unknown): string[] {
    let validate = compiled.get(pointer)
    if (!validate) {
      validate = ajv.compile({ $ref: `${file}#${pointer}` })
      compiled.set(pointer, validate)
    }
    return validate(value)
      ? []
      : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath || 'the body'} ${message}`)
  }

  return {
    statuses,
    schemas: document.components?.schemas ?? {},
    schemaViolations: (name, value) => check(`/components/schemas/${name}`, value),
    async violations(operationId, answer) {
      const ofOperation = statuses.filter(each => each.operationId === operationId)
      const documented =
        ofOperation.find(({ status }) => status === answer.status) ??
        ofOperation.find(({ status }) => status === 'default')
      if (!documented) return [`${operationId} does not document the status ${answer.status}`]
      const { pointer, response } = documented
      const found: string[] = []
      for (const [name, { schema }] of Object.entries(response.headers ?? {})) {
        const value = answer.headers.get(name)
        if (value === null) found.push(`the header ${name} is missing`)
        else
          found.push(
            ...check(
              pointer + pointerTo(['headers', name, 'schema']),
              'type' in schema && schema.type === 'integer' ? Number(value) : value
            )
          )
      }
      // Somebody else's answer, of which nothing is promised.
      if (response.content?.['*/*']) return found
      const text = await answer.text()
      const contents = Object.keys(response.content ?? {})
      const type = answer.headers.get('content-type')?.split(';')[0] ?? ''
      if (contents.length === 0 && text !== '') found.push('there is a body where none is documented')
      if (contents.length === 0 || (text === '' && response['x-body-may-be-absent'])) return found
      if (!contents.includes(type)) return [...found, `the content type is ${type}, not ${contents.join(' or ')}`]
      const body = /[/+]json$/.test(type) ? JSON.parse(text) : text
      return [...found, ...check(pointer + pointerTo(['content', type, 'schema']), body)]
    }
  }
}

function sharedResponse(document: OpenApiDocument, ref: string): { response: ResponseObject; pointer: string } {
  const pointer = ref.replace('#', '')
  const response = document.components?.responses?.[pointer.split('/').at(-1) ?? '']
  if (!response) throw new Error(`there is nothing at ${ref}`)
  return { response, pointer }
}

function pointerTo(keys: string[]): string {
  return keys.map(key => `/${encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('')
}
