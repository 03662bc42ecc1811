// The board, and every query of it and of the alerts, against what a live service tells a real Prometheus.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { parse } from 'yaml'
import { MANAGEMENT_TOKEN, startBridge } from '../helpers/bridge.ts'
import { startPrometheus, withoutPrometheus } from '../helpers/prometheus.ts'
import { startTarget } from '../helpers/target.ts'

interface Panel {
  id: number
  type: string
  title: string
  gridPos: { x: number; y: number; w: number; h: number }
  datasource?: { uid: string }
  targets?: { refId: string; expr: string; legendFormat: string; datasource: { uid: string } }[]
}

const BOARD = 'docker/grafana/quota-bridge.json'
const RULES = 'docker/prometheus/alerts.yaml'
const METRICS_TOKEN = 'a-token-for-metrics'
const board = JSON.parse(readFileSync(BOARD, 'utf8'))
const panels: Panel[] = board.panels
const rules: { alert: string; expr: string }[] = parse(readFileSync(RULES, 'utf8')).groups[0].rules

t.test('the board can be drawn: every panel has its place, its source and its queries', async t => {
  t.equal(new Set(panels.map(({ id }) => id)).size, panels.length)
  const taken = new Map<string, string>()
  const overlapping: string[] = []
  for (const { title, type, gridPos, datasource, targets } of panels) {
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        if (taken.has(`${x} ${y}`) || x > 23) overlapping.push(`${title}: ${taken.get(`${x} ${y}`)}`)
        taken.set(`${x} ${y}`, title)
      }
    if (type === 'row') continue
    t.match({ datasource, targets }, { datasource: { uid: '${datasource}' }, targets: [{ refId: 'A' }] }, title)
    for (const target of targets ?? []) {
      t.match(target.expr, /\{job=~"\$job",instance=~"\$instance"/, title)
      const by = /\bby \(([\w, ]+)\)/.exec(target.expr)?.[1]?.split(', ') ?? []
      const told = [...target.legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label)
      if (told.length > 0 && by.length > 0)
        t.ok(
          told.every(label => by.includes(label ?? '')),
          `${title} names what it tells apart`
        )
    }
  }
  t.strictSame(overlapping, [])
  const variables = board.templating.list.map(({ name }: { name: string }) => name)
  t.strictSame(variables, ['datasource', 'job', 'instance'])
})

/** A service that does all there is to do, again and again; gives how to make one round. */
async function startBusyService(t: Test, dir: string) {
  const maker = await startTarget(t)
  const bridge = await startBridge(t, {
    management: { token: MANAGEMENT_TOKEN, metrics: { token: METRICS_TOKEN } },
    store: { url: `file:${join(dir, 'quota-bridge.db')}` },
    forward: { to: maker.url },
    docspace: { checkOnStart: true },
    providers: {
      down: {
        type: 'docspace',
        connection: { url: 'http://127.0.0.1:9', apiKey: 'sk-none' },
        allowedHosts: ['127.0.0.1'],
        allowPrivateHosts: true,
        freshFor: '0s'
      }
    },
    actions: {
      'from-nowhere': { provider: 'down' },
      // Of a plain user's key, which sees storage only.
      silent: { provider: 'sites', features: ['room'] }
    }
  })
  const { docspace, call, post, get } = bridge
  docspace.portal.keysEndAt = '2027-01-01T00:00:00.0000000+00:00'
  const site = '8d3f0b52-6a70-4c7b-9d0a-3f1f1c0e7a11'
  const saved = await get('management', `v1/connections/sites/${site}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${MANAGEMENT_TOKEN}` },
    body: JSON.stringify({ url: docspace.url, apiKey: docspace.portal.keys.user })
  })
  t.equal(saved.status, 201)
  const ofSite = ({ data, ...claims }: Record<string, unknown>) => ({
    ...claims,
    data: { ...Object(data), metadata: { instanceId: site } }
  })
  const round = () =>
    Promise.all([
      ...['create-room', 'send-email', 'from-nowhere', 'not-configured'].map(action => call(action)),
      ...['site-room', 'silent'].map(action => call(action, ofSite)),
      post('not signed'),
      get('public', 'v1/invoke', { method: 'POST', body: 'x' }),
      get('public', 'v1/upgrade/none')
    ])
  return { round, address: new URL(bridge.service.managementUrl ?? '').host }
}

t.test(
  'each query of the board and of the alerts finds data',
  { skip: withoutPrometheus, timeout: 120_000 },
  async t => {
    const dir = t.testdir()
    const { round, address } = await startBusyService(t, dir)
    const rulesFile = join(process.cwd(), RULES)
    const prometheus = await startPrometheus(t, dir, { targets: [address], token: METRICS_TOKEN, rules: [rulesFile] })
    while ((await prometheus.scrapes()) < 6) {
      await round()
      await sleep(300)
    }
    const filled = (expr: string) =>
      expr.replaceAll('$__rate_interval', '10s').replaceAll('$job', '.*').replaceAll('$instance', '.*')
    for (const { title, targets = [] } of panels)
      for (const { expr } of targets) t.ok((await prometheus.query(filled(expr))).length > 0, `${title}: ${expr}`)
    for (const { alert, expr } of rules) {
      // Whether it is true now or not: what it compares is there, and so is what it is to be true together with.
      const both = expr.replace(/ (>=?|<|==) /g, ' $1 bool ').replace(/^unless /m, 'and ')
      t.ok((await prometheus.query(both)).length > 0, `${alert}: ${both}`)
    }
    t.strictSame(await prometheus.query('quota_bridge_nonsense'), [], 'of what there is not there are none')
  }
)
