// What every adapter must do, one check each.
import { isDeepStrictEqual } from 'node:util'
import { readCatalogueFiles } from '../presentation/catalogue-files.ts'
import { isWebAddress } from '../providers/module/report.ts'
import type { Quota, QuotaReport } from '../quota/report.ts'
import type { TSchema } from '../schema.ts'
import { changed, createChance, lesser } from './generate.ts'
import { type Ending, Nonconformity, type Stage } from './stage.ts'
import { OUTAGES, sendJson, sendNothing, sendStatus } from './upstream.ts'

/** Nothing to look at, for the reason that the message gives. */
export class Inapplicable extends Error {
  override readonly name = 'Inapplicable'
}

export interface ConformanceCheck {
  /** A sentence about what an adapter does. */
  name: string
  /** @throws {Nonconformity} @throws {Inapplicable} */
  run(stage: Stage): Promise<void>
}

const ABORT_MS = 300
const GENERATED = 250
const SEED = 17

export const checks: readonly ConformanceCheck[] = [
  {
    name: 'each finding has a message and a remedy, and each field of a schema says what it is',
    async run({ adapter: { findings = {}, settingsSchema, connectionSchema } }) {
      for (const [finding, words] of Object.entries(findings))
        demand(
          words.every(text => /^\S.*[.!?]$/s.test(text)),
          `${finding} needs two sentences: what happened, and what to do`
        )
      for (const [key, property] of [settingsSchema, connectionSchema].flatMap(propertiesOf))
        demand(property.description, `the schema of ${key} has no description, which mistakes and forms are made of`)
    }
  },
  {
    name: 'it names features, and shows none that it does not know',
    async run({ adapter, settings }) {
      const { known, shown } = adapter.features(settings)
      demand(known.length > 0, 'features knows none')
      const unknown = shown.find(feature => !known.includes(feature))
      demand(unknown === undefined, `features shows ${unknown}, which it does not know`)
    }
  },
  {
    name: 'a healthy upstream gives a report of features that are known, each with a name in English, and a connection that works',
    async run(stage) {
      heal(stage)
      const report = reportOf(await stage.fetch())
      const quotas = quotasOf(report)
      demand(quotas.length > 0, 'the report has no quota')
      const { known } = stage.adapter.features(stage.settings)
      const names = englishNames(stage)
      for (const { feature, name } of quotas) {
        demand(known.includes(feature), `the report has ${feature}, which features does not know`)
        const isNamed = names.has(`feature.${feature}`) || typeof name === 'string' || name?.en
        demand(isNamed, `${feature} has no name in English`)
      }
      const { health } = await stage.check()
      demand(health !== 'failing', 'the check of a connection fails where a report can be had')
    }
  },
  {
    name: 'asked twice it says the same, also after a purchase, and changes nothing that it was given',
    async run(stage) {
      heal(stage)
      const [first, second] = [reportOf(await stage.fetch()), reportOf(await stage.fetch({ planMayHaveChanged: true }))]
      demand(isDeepStrictEqual(first, second), 'two reports of the same numbers differ')
    }
  },
  {
    name: 'where a person buys more is a web address, or nothing',
    async run(stage) {
      await stage.withProvider(async provider => {
        const url: unknown = provider.upgradeUrl(stage.connection, 0)
        stage.said.push(String(url))
        demand(url === undefined || (typeof url === 'string' && isWebAddress(url)), 'upgradeUrl gives no web address')
      })
    }
  },
  ...Object.entries(OUTAGES).map(([what, { answer, mayProveKey }]) => ({
    name: `an upstream that ${what} is a finding, and no number`,
    async run(stage: Stage) {
      demandUpstream(stage)
      stage.upstream.answer = answer
      const ending = await stage.fetch()
      demand('error' in ending || quotasOf(ending.report).length === 0, 'the report has quotas all the same')
      const { health } = await stage.check()
      demand(health === 'failing' || mayProveKey, `the check of a connection is ${health} all the same`)
    }
  })),
  {
    name: 'it ends when its signal says so, before and while it asks',
    async run(stage) {
      demandUpstream(stage)
      stage.upstream.answer = sendNothing
      for (const ms of [ABORT_MS, 0]) {
        demand('error' in (await stage.fetch({ ms })), 'there is a report although nothing was answered')
        demand((await stage.check({ ms })).health === 'failing', 'a connection works although nothing was answered')
      }
    }
  },
  {
    name: 'each finding of its own is found',
    async run(stage) {
      const findings = Object.keys(stage.adapter.findings ?? {})
      if (findings.length === 0) throw new Inapplicable('it has none of its own')
      for (const finding of findings) {
        const shown = stage.conformance.findings?.[finding]
        if (!shown) throw new Nonconformity(`conformance does not say how the upstream answers where it is ${finding}`)
        const answers = { ...stage.conformance.answers, ...shown.answers }
        stage.upstream.answer = shown.answers
          ? sendJson(answers, shown.status)
          : sendStatus(shown.status ?? 200, {}, shown.body)
        const found = await stage.check()
        const ending = await stage.fetch()
        const told = [found.health === 'ok' ? '' : found.finding, 'error' in ending ? ending.error.finding : '']
        demand(
          told.includes(finding),
          `${finding} was not found, but ${told.filter(Boolean).join(' and ') || 'nothing'}`
        )
      }
    }
  },
  {
    name: 'a number that is missing is never 0',
    async run(stage) {
      const answers = demandUpstream(stage)
      heal(stage)
      const healthy = quotasOf(reportOf(await stage.fetch()))
      for (const { path, documents } of lesser(answers)) {
        stage.upstream.answer = sendJson(Object(documents))
        const ending = await stage.fetch()
        if ('error' in ending) continue
        const made = quotasOf(ending.report).find(quota => hasNewZero(quota, healthy))
        demand(made === undefined, `${made?.feature} is told as 0 where the answer lacks ${path.join(' ')}`)
      }
    }
  },
  {
    name: 'whatever the upstream answers, there is a report or a finding',
    async run(stage) {
      const answers = demandUpstream(stage)
      const chance = createChance(SEED)
      for (let count = 0; count < GENERATED; count++) {
        const answer = changed(answers, chance)
        stage.upstream.answer = sendJson(answer)
        await told(answer, () => stage.fetch())
      }
    }
  },
  {
    name: 'no secret is in what it says, nor in an address that it asks for',
    async run({ said, upstream, isSecretIn }) {
      demand(!said.some(isSecretIn), 'a secret of the connection is in a report, an error or a line of the log')
      demand(
        !upstream.asked.some(isSecretIn),
        'a secret is in a URL, which servers write into their logs; send it in a header'
      )
    }
  }
]

function demand(isSo: unknown, otherwise: string): asserts isSo {
  if (!isSo) throw new Nonconformity(otherwise)
}

function demandUpstream({ conformance: { answers } }: Stage): Readonly<Record<string, unknown>> {
  if (!answers) throw new Inapplicable('it asks nobody over HTTP, or conformance has no answers')
  return answers
}

function heal({ upstream, conformance: { answers = {} } }: Stage): void {
  upstream.answer = sendJson(answers)
}

function reportOf(ending: Ending): QuotaReport {
  if ('report' in ending) return ending.report
  throw new Nonconformity(`there is no report where all is well: ${ending.error.finding}`)
}

function quotasOf({ groups }: QuotaReport): Quota[] {
  return groups.flatMap(({ quotas }) => quotas)
}

/** Whether a quota says 0 where it said something else when all was told. */
function hasNewZero({ feature, used, limit }: Quota, healthy: readonly Quota[]): boolean {
  const known = healthy.filter(quota => quota.feature === feature)
  return (
    (used === 0 && !known.some(quota => quota.used === 0)) || (limit === 0 && !known.some(quota => quota.limit === 0))
  )
}

function englishNames({ adapter: { messages } }: Stage): Set<string> {
  return new Set(Object.keys(Object(messages && readCatalogueFiles(messages).get('en'))))
}

function propertiesOf({ properties }: TSchema): [string, TSchema][] {
  return Object.entries(Object(properties))
}

/** With the answer that led to it, which repeats it. */
async function told(answer: unknown, ask: () => Promise<unknown>): Promise<void> {
  try {
    await ask()
  } catch (error) {
    if (!(error instanceof Nonconformity)) throw error
    throw new Nonconformity(`${error.message} (the upstream answered ${JSON.stringify(answer)})`)
  }
}
