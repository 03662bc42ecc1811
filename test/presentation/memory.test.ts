// What readers' languages leave behind: nothing that grows with their number.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import t from 'tap'
import { unseenTags } from '../../src/devkit/unseen-languages.ts'
import { createPresenter } from '../../src/presentation/presenter.ts'
import type { QuotaReport } from '../../src/quota/report.ts'

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

const report: QuotaReport = {
  vocabulary: 'docspace',
  account: 'https://acme.onlyoffice.com',
  groups: [{ plans: [], quotas: [{ feature: 'room', unit: 'count', used: 9, limit: 10 }] }]
}

function heapMegabytes(): number {
  collect()
  return process.memoryUsage().heapUsed / 2 ** 20
}

t.test('the heap does not grow with the number of different language tags', async t => {
  const presenter = createPresenter({ sizes: 'in-name', now: () => 0 })
  const call = (n: number) => presenter({ kind: 'report', report }, [], { languages: unseenTags(n), labels: new Map() })
  for (let n = 0; n < 1000; n++) call(n)
  const before = heapMegabytes()
  for (let n = 1000; n < 3000; n++) call(n)
  const grown = heapMegabytes() - before
  t.comment(`40,000 tags that nobody sent before: ${grown.toFixed(1)} MB`)
  t.ok(grown < 4, `${grown.toFixed(1)} MB`)
})
