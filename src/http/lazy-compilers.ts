// Checks and serialisers of routes, each made when it is first needed: there are some two hundred of them, which took more than half
// of a start, and most are of answers that a service never gives.
import validators from '@fastify/ajv-compiler'
import serializers from '@fastify/fast-json-stringify-compiler'
import type { FastifyInstance } from 'fastify'
import type { FastifyValidationResult } from 'fastify/types/schema.js'

/** Numbers in a query string are texts; nothing else is bent to fit, and nothing is dropped in silence. */
const CUSTOM_OPTIONS = { removeAdditional: false, coerceTypes: true } as const

/** Puts Fastify's own compilers off: https://fastify.dev/docs/latest/Reference/Validation-and-Serialization/ */
export function compileLazily(app: Pick<FastifyInstance, 'setValidatorCompiler' | 'setSerializerCompiler'>): void {
  const compileCheck = validators()({}, { customOptions: CUSTOM_OPTIONS })
  app.setValidatorCompiler(route => {
    let check: FastifyValidationResult | undefined
    const checkLazily: FastifyValidationResult = data => {
      check ??= compileCheck(route)
      const isValid = check(data)
      checkLazily.errors = check.errors ?? null
      return isValid
    }
    return checkLazily
  })
  const compileSerializer = serializers()({}, {})
  app.setSerializerCompiler(({ httpStatus = '', ...route }) => {
    let serialize: ((data: unknown) => string) | undefined
    return data => {
      serialize ??= compileSerializer({ ...route, httpStatus })
      return serialize(data)
    }
  })
}
