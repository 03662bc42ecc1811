// The tariff is of use in parts: a field in a form that nobody expected does not take the others with it.
import { TypeCompiler } from '../../schema.ts'
import { answerChecks, type DocSpaceTariff, TariffAnswer } from './schema.ts'

const fieldChecks = new Map(
  Object.entries(TariffAnswer.properties.response.properties).map(([name, schema]) => [
    name,
    TypeCompiler.Compile(schema)
  ])
)

export interface TariffRead {
  /** What of it is right; undefined when it tells nothing at all. */
  tariff: DocSpaceTariff | undefined
  /** The path of the first field that is not as its schema says; empty for the answer as a whole. Absent when all are. */
  misfit?: string
}

/** Reads the answer to `GET /api/2.0/portal/tariff`: whole, or of its fields those that are right by themselves. */
export function readTariff(answer: unknown): TariffRead {
  if (answerChecks.tariff.Check(answer)) return { tariff: answer.response }
  const misfit = (answerChecks.tariff.Errors(answer).First()?.path ?? '').split('/').slice(1).join('.')
  const fields = Object.entries(Object(Object(answer).response)).filter(([name, value]) =>
    fieldChecks.get(name)?.Check(value)
  )
  const right: unknown = { response: Object.fromEntries(fields) }
  return { tariff: fields.length > 0 && answerChecks.tariff.Check(right) ? right.response : undefined, misfit }
}
