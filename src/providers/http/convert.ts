// From a mapping and the answers to a report. Pure: the clock is an argument.
import { ProviderError } from '../../quota/provider.ts'
import type { Plan, Quota, QuotaReport } from '../../quota/report.ts'
import { visibleText } from '../upstream-text.ts'
import { fillAddress } from './addresses.ts'
import { fillFields } from './auth.ts'
import { wholeNumber } from './exact.ts'
import { type Problem, wrong } from './found.ts'
import { type Mapping, type PlanMapping, type QuotaMapping, STATES } from './mapping.ts'
import { isProblem, type NumberValue } from './numbers.ts'
import type { HttpConnection } from './schema.ts'
import { isReadValue, type ReadValue } from './texts.ts'

/** What a report is made from. */
export interface Answers {
  connection: HttpConnection
  now: Date
  /** What a request was answered with; undefined when it was not made. */
  answerTo(request: string): unknown
  /** Told of each value that could not be read. */
  onProblem(what: string, problem: Problem): void
}

/**
 * The report of one connection. What is missing or wrong is left out, never guessed.
 * @throws {ProviderError} value-missing where the mapping says so, nothing-found when no quota can be read
 */
export function convert(mapping: Mapping, name: string, answers: Answers): QuotaReport {
  const quotas = mapping.quotas.flatMap(quota => readQuota(quota, answers) ?? [])
  if (quotas.length === 0 && mapping.empty === 'fail') throw new ProviderError('PROVIDER_REJECTED', 'nothing-found')
  const plans = new Map(
    mapping.plans.flatMap((plan, index) => readPlan(plan, `plans.${index}`, answers) ?? []).map(plan => [plan.id, plan])
  )
  const word = mapping.state && read(mapping.state, 'state', answers)
  const state = STATES.find(known => known === word)
  const stateEndsAt = state && mapping.stateEndsAt && read(mapping.stateEndsAt, 'stateEndsAt', answers)
  const upgradeUrl = upgradeAddress(mapping, answers.connection)
  return {
    vocabulary: 'http',
    // Two providers may know different plans by the same id.
    account: [name, fillFields(mapping.account, answers.connection)].join('\n').trim(),
    ...(state && { state }),
    ...(stateEndsAt && (state === 'trial' || state === 'grace') && { stateEndsAt }),
    groups: [{ plans: [...plans.values()], quotas, ...(upgradeUrl && { upgradeUrl }) }]
  }
}

/** Where a person buys more. */
export function upgradeAddress({ upgradeUrl }: Mapping, connection: HttpConnection): string | undefined {
  const url = upgradeUrl && fillAddress(upgradeUrl, { connection, now: new Date(0), answerTo: () => undefined })
  return url instanceof URL ? url.href : undefined
}

function readQuota(
  { feature, names, unit, renewsAt, manageUrl, ...mapping }: QuotaMapping,
  answers: Answers
): Quota | undefined {
  const used = readAmount(mapping.used, `quotas.${feature}.used`, answers)
  const limit = readAmount(mapping.limit, `quotas.${feature}.limit`, answers)
  const renewal = renewsAt && read(renewsAt, `quotas.${feature}.renewsAt`, answers)
  if (typeof used !== 'number' || limit === undefined) return undefined
  return {
    feature,
    unit,
    used,
    limit,
    ...(names !== undefined && { name: names }),
    ...(renewal && { renewsAt: renewal }),
    ...(manageUrl !== undefined && { manageUrl })
  }
}

function readPlan({ id: idMapping, name: nameMapping }: PlanMapping, what: string, answers: Answers): Plan | undefined {
  const id = read(idMapping, `${what}.id`, answers)
  if (id === undefined) return undefined
  const name = isReadValue(nameMapping) ? visibleText(read(nameMapping, `${what}.name`, answers)) : nameMapping
  return { id, ...(name !== undefined && { name }) }
}

/** A whole number, or nothing for what is missing or wrong. */
export function readAmount(value: NumberValue, what: string, answers: Answers): number | 'unlimited' | undefined {
  const found = value.read(answers.answerTo)
  if (found === 'unlimited') return 'unlimited'
  if (isProblem(found)) {
    if (found.kind === 'missing' && value.onMissing === 'unlimited') return 'unlimited'
    return leaveOut(found, value.onMissing, what, answers)
  }
  const whole = wholeNumber(found)
  return typeof whole === 'number' ? whole : leaveOut(wrong(value.at, whole), value.onMissing, what, answers)
}

/** A text or a moment, or nothing for what is missing or wrong. */
export function read<Result extends string | Date>(
  value: ReadValue<Result>,
  what: string,
  answers: Answers
): Result | undefined {
  const found = value.read(answers.answerTo, answers.now)
  return isProblem(found) ? leaveOut(found, value.onMissing, what, answers) : found
}

function leaveOut(
  problem: Problem,
  onMissing: NumberValue['onMissing'],
  what: string,
  { onProblem }: Answers
): undefined {
  onProblem(what, problem)
  if (onMissing === 'fail') throw new ProviderError('PROVIDER_REJECTED', 'value-missing', { reason: what })
}
