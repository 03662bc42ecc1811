// Links by way of us: whose they are, how long they live, and that who is shown the same report gets the same.
import { fail } from 'node:assert/strict'
import t from 'tap'
import { createUpgradeLinks } from '../../src/public/upgrade-links.ts'
import type { QuotaReport } from '../../src/quota/report.ts'

const MINUTE_MS = 60_000
const freshness = { keepForMs: 24 * 60 * MINUTE_MS }
const report: QuotaReport = {
  vocabulary: 'shop',
  account: 'a',
  groups: [
    { plans: [], quotas: [], upgradeUrl: 'https://example.com/upgrade' },
    { plans: [], quotas: [] }
  ]
}
const keyOf = (instanceId: string) => ({ provider: 'sites', instanceId })

function start() {
  let at = Date.UTC(2026, 10, 22)
  const links = createUpgradeLinks({
    publicUrl: 'https://quota.example.com/',
    secret: Buffer.from('a key for tests, of 32 bytes ...'),
    now: () => at
  })
  const read = async (linked: QuotaReport) => {
    const [, token = fail('there is no link')] = linked.groups[0]?.upgradeUrl?.split('/v1/upgrade/') ?? []
    return links.read(token)
  }
  const pass = (ms: number) => {
    at += ms
  }
  return { links, read, pass }
}

t.test('a report leads to the same links for some minutes, and to others after that', async t => {
  const { links, pass } = start()
  const first = await links.linked(report, keyOf('a'), freshness)
  t.match(first.groups, [{ upgradeUrl: /^https:\/\/quota\.example\.com\/v1\/upgrade\// }, { upgradeUrl: undefined }])
  pass(9 * MINUTE_MS)
  t.equal(await links.linked(report, keyOf('a'), freshness), first)
  pass(MINUTE_MS)
  const second = await links.linked(report, keyOf('a'), freshness)
  t.not(second.groups[0]?.upgradeUrl, first.groups[0]?.upgradeUrl)
  pass(-MINUTE_MS)
  t.not(await links.linked(report, keyOf('a'), freshness), second, 'nor from a time that has not come yet')
})

t.test('one report of two sites leads each to its own plan', async t => {
  const { links, read } = start()
  for (const site of ['a', 'b', 'a'])
    t.match(await read(await links.linked(report, keyOf(site), freshness)), {
      target: { provider: 'sites', instanceId: site, group: 0 },
      ended: false
    })
})

t.test('a link lives for as long as the last answer that it stands in may be shown', async t => {
  const { links, read, pass } = start()
  const linked = await links.linked(report, keyOf('a'), freshness)
  pass(10 * MINUTE_MS + freshness.keepForMs - 1)
  t.match(await read(linked), { ended: false })
  pass(1)
  t.match(await read(linked), { ended: true })
})
