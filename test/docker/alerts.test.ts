// The alerts: each leads to its runbook, and is tested to fire and to stay silent.
import { readFileSync } from 'node:fs'
import t from 'tap'
import { parse } from 'yaml'
import { promtool, withoutPrometheus } from '../helpers/prometheus.ts'

const RULES = 'docker/prometheus/alerts.yaml'
const TESTS = 'docker/prometheus/alerts.test.yaml'

interface Rule {
  alert: string
  expr: string
  labels: { severity: string }
  annotations: { summary: string; runbook_url: string }
}
interface RuleTest {
  name: string
  input_series: { series: string }[]
  alert_rule_test: { alertname: string; exp_alerts: unknown[] }[]
}

const read = (file: string) => parse(readFileSync(file, 'utf8'))
const rules: Rule[] = read(RULES).groups.flatMap(({ rules }: { rules: Rule[] }) => rules)
const tests: RuleTest[] = read(TESTS).tests

/** The anchors of a page's headings, as GitHub makes them. */
const anchorsOf = (page: string) =>
  [...readFileSync(page, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} -]/gu, '')
      .replaceAll(' ', '-')
  )

t.test('each alert says how bad it is, what happened, and where it is written what to do', async t => {
  t.ok(rules.length > 10)
  t.strictSame([...new Set(rules.map(({ alert }) => alert))].length, rules.length, 'each has a name of its own')
  for (const { alert, labels, annotations } of rules) {
    t.match(labels.severity, /^(critical|warning)$/, alert)
    t.match(annotations.summary, /\.$/, alert)
    const [page = '', anchor] = annotations.runbook_url.split('#')
    t.equal(anchor, alert.toLowerCase())
    t.ok(anchorsOf(page).includes(anchor ?? ''), `${annotations.runbook_url} is a heading`)
  }
})

t.test('each alert is tested to fire, and to stay silent on what is nearly so', async t => {
  for (const { alert } of rules) {
    const own = tests.filter(({ alert_rule_test }) => alert_rule_test.some(({ alertname }) => alertname === alert))
    const fires = own.filter(({ alert_rule_test }) => alert_rule_test.some(({ exp_alerts }) => exp_alerts.length > 0))
    const silent = own.filter(({ alert_rule_test }) =>
      alert_rule_test.every(({ exp_alerts }) => exp_alerts.length === 0)
    )
    t.ok(fires.length > 0, `${alert} fires`)
    t.ok(silent.length > 0, `${alert} stays silent`)
    for (const { name, input_series } of silent) t.ok(input_series.length > 0, name)
  }
})

t.test('promtool finds the rules and the example right, and each test passes', { skip: withoutPrometheus }, async t => {
  for (const args of [
    ['check', 'rules', RULES],
    ['check', 'config', '--syntax-only', 'docker/prometheus/prometheus.yaml'],
    ['test', 'rules', TESTS]
  ]) {
    const { ok, said } = await promtool(...args)
    t.ok(ok, said)
  }
})

t.test('of rules that never fire each would be noticed', { skip: withoutPrometheus }, async t => {
  // The same with thresholds out of reach; what is compared with 0 by == is compared with what it never is.
  const never = readFileSync(RULES, 'utf8').replace(/ (>=?|<|==) [\d.]+$/gm, (_all, sign) =>
    sign === '<' ? ' < -1e9' : ` ${sign} 1e9`
  )
  const dir = t.testdir({ 'alerts.test.yaml': readFileSync(TESTS, 'utf8'), 'alerts.yaml': never })
  const { ok, said } = await promtool('test', 'rules', `${dir}/alerts.test.yaml`)
  t.notOk(ok)
  for (const { alert } of rules) t.match(said, `alertname: ${alert}, time`, alert)
})
