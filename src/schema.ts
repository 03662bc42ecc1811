// The one module that knows which TypeBox this is, so that moving to another major touches one file.
import {
  FormatRegistry,
  type SchemaOptions,
  type Static,
  type TObject,
  type TSchema,
  Type,
  TypeGuard
} from '@sinclair/typebox'
import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler'
import { type ValueError, ValueErrorType } from '@sinclair/typebox/errors'
import { Value, ValuePointer } from '@sinclair/typebox/value'

export type { SchemaOptions, Static, TObject, TSchema, TypeCheck, ValueError }
export { Type, TypeCompiler, Value, ValueErrorType, ValuePointer }

/** A string that no log and no answer may ever show: what is hidden is found by this mark. */
export function Secret(options: SchemaOptions = {}) {
  return Type.String({ minLength: 1, ...options, secret: true })
}

/** Whether a value is a schema of an object, with schemas for all its properties. */
export function isObjectSchema(value: unknown): value is TObject {
  return TypeGuard.IsObject(value)
}

/** The names of all properties, at any depth, that are marked as secrets. */
export function secretNames(...schemas: TSchema[]): string[] {
  const names = new Set<string>()
  const visit = (schema: TSchema, name: string) => {
    if (schema.secret === true) names.add(name)
    for (const [key, property] of Object.entries<TSchema>(schema.properties ?? {})) visit(property, key)
    for (const inner of [
      schema.items,
      ...(schema.anyOf ?? []),
      ...Object.values<TSchema>(schema.patternProperties ?? {})
    ]) {
      if (inner) visit(inner, name)
    }
  }
  for (const schema of schemas) visit(schema, '')
  return [...names].sort()
}

// TypeBox refuses values of a format that nobody taught it.
FormatRegistry.Set('uri', text => URL.canParse(text))
FormatRegistry.Set('uuid', text => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text))
FormatRegistry.Set(
  'date-time',
  text => /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/.test(text) && !Number.isNaN(Date.parse(text))
)
