// Which plans a portal has: the main one, and what is bought beside it. Pure.
// https://api.onlyoffice.com/docspace/api-backend/usage-api/get-portal-tariff/
import type { Plan } from '../../quota/report.ts'
import { visibleText } from '../upstream-text.ts'
import type { DocSpaceQuota, DocSpaceTariff, TariffRow } from './schema.ts'

const TRIAL_OR_COMMUNITY = -1
const LICENCE = -1000
const STORAGE = -11
/** What it counts bought storage in. */
const BYTES_PER_GB = 1024 ** 3

/** What DocSpace sells as a portal's main plan, by id. -2 is Business until 2024, -9 and -10 by the month and the year, -14 from the wallet. */
const MAIN_KINDS: ReadonlyMap<number, string> = new Map([
  [-2, 'business'],
  [-3, 'startup'],
  [-6, 'subscription'],
  [-7, 'non-profit'],
  [-8, 'zoom'],
  [-9, 'business'],
  [-10, 'business'],
  [-14, 'business']
])

/** What it sells beside a plan, by id. Other ids differ between its versions, and are named in general. */
const EXTRA_KINDS: ReadonlyMap<number, string> = new Map([
  [-11, 'wallet-storage'],
  [-12, 'wallet-backup'],
  [-13, 'wallet-ai-tools'],
  [-15, 'wallet-docs-connect'],
  [-16, 'wallet-docs-connect-dev-pack'],
  [-18, 'wallet-ai-search']
])

/** Whether a portal runs on its owner's machines, where limits come from a licence or are none. */
export function isStandalone(quota: DocSpaceQuota, tariff: DocSpaceTariff | undefined): boolean {
  if (quota.id === LICENCE || (quota.id === TRIAL_OR_COMMUNITY && quota.trial === false)) return true
  return Boolean(tariff?.openSource || tariff?.enterprise || tariff?.developer)
}

/** The plans of one answer, no two with the same id. */
export function convertPlans(quota: DocSpaceQuota, tariff: DocSpaceTariff | undefined): Plan[] {
  const rows = tariff?.quotas ?? []
  const name = visibleText(quota.title)
  const kind = mainKind(quota, tariff, name)
  const own = rows.filter(row => row.id === quota.id)
  const main: Plan = {
    id: String(quota.id),
    ...(name !== undefined && { name }),
    ...(kind && { kind }),
    // A plan stays the plan while its payment is late.
    ...agreedQuantity(own.some(isCurrent) ? own.filter(isCurrent) : own)
  }
  const extras = Map.groupBy(boughtBeside(quota.id, rows), row => row.id)
  return [
    main,
    ...[...extras].map(([id, same]): Plan => {
      const { quantity } = agreedQuantity(same)
      return {
        id: String(id),
        kind: EXTRA_KINDS.get(id) ?? 'wallet',
        ...(quantity !== undefined && { quantity, ...(id === STORAGE && { size: quantity * BYTES_PER_GB }) })
      }
    })
  ]
}

/**
 * The rows of what was bought beside the plan and is not overdue. Since 3.8 every row says whether it is such an
 * addition; before, all that came from the wallet was.
 */
function boughtBeside(mainId: number, rows: readonly TariffRow[]): TariffRow[] {
  const told = rows.some(({ additional }) => additional !== undefined)
  return rows.filter(
    row => row.id !== mainId && (told ? row.additional : row.wallet) === true && isCurrent(row) && row.quantity !== 0
  )
}

/** State 1 is overdue: listed, but not paid. Of other states nobody knows what they mean. */
function isCurrent({ state }: TariffRow): boolean {
  return state === undefined || state === 0
}

/** How much was bought, where the number can be one and no row tells another. */
function agreedQuantity(rows: readonly TariffRow[]): Pick<Plan, 'quantity'> {
  const [quantity, ...others] = new Set(rows.map(row => row.quantity))
  return isExact(quantity) && others.length === 0 ? { quantity } : {}
}

/** Which name of ours fits. DocSpace's own title of a known plan is in the language of the key's owner, if there is one. */
function mainKind(
  quota: DocSpaceQuota,
  tariff: DocSpaceTariff | undefined,
  name: string | undefined
): string | undefined {
  const known = MAIN_KINDS.get(quota.id)
  if (known !== undefined) return known
  const hasIdOfItsOwn = quota.id !== TRIAL_OR_COMMUNITY && quota.id !== LICENCE
  if (hasIdOfItsOwn && name !== undefined) return undefined
  if (quota.trial ?? tariff?.state === 0) return 'trial'
  if (!isStandalone(quota, tariff)) return undefined
  // A Developer licence is an Enterprise one with more in it.
  if (tariff?.developer) return 'developer'
  if (tariff?.enterprise) return 'enterprise'
  return tariff?.openSource || quota.id === TRIAL_OR_COMMUNITY ? 'community' : 'self-hosted'
}

/** Beyond 2^53 JSON's numbers are rounded on their way here; a rounded number is a wrong one. */
export function isExact(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}
