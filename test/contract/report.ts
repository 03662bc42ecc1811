// The end of `npm test`: what of the contract was exercised. Ends with 1 when anything is missing or was violated.
import { tableOf } from '../../src/devkit/table.ts'
import { readContract } from './document.ts'
import { readTallies } from './tally.ts'

const RUNS_AT_LEAST = 2000

const tallies = readTallies()
const of = (kind: string) => tallies.filter(tally => tally.kind === kind)
const statuses = readContract('openapi.yaml').statuses
const failures: string[] = []

const rows = statuses.map(({ operationId, method, path, status }) => {
  const what = `${operationId} ${status}`
  const requests = of('status').find(tally => tally.what === what)?.requests ?? 0
  const proxied = of('proxied').find(tally => tally.what === what)?.requests ?? 0
  if (requests === 0) failures.push(`${what} was not provoked`)
  return [`${method} ${path}`, operationId, String(status), String(requests), String(proxied)]
})
const generated = of('generated').map(({ what, requests }) => {
  if (requests < RUNS_AT_LEAST) failures.push(`${what}: only ${requests} cases were generated`)
  return [what, String(requests)]
})
if (generated.length === 0) failures.push('no case was generated')
const violations = tallies.reduce((sum, tally) => sum + tally.violations, 0)
if (violations > 0) failures.push(`${violations} violations`)

print(['operation', 'operationId', 'status', 'requests', 'through the proxy'], rows)
print(['generated', 'cases'], generated)
process.stdout.write(
  `\nstatuses exercised: ${rows.length - rows.filter(row => row[3] === '0').length} of ${rows.length}, violations: ${violations}\n`
)
const withoutBrowser = of('without-browser').reduce((sum, { requests }) => sum + requests, 0)
if (withoutBrowser > 0)
  process.stdout.write(`tests left out for want of a browser: ${withoutBrowser}; set CHROMIUM or install chromium\n`)
for (const failure of failures) process.stderr.write(`the contract is not proven: ${failure}\n`)
process.exitCode = failures.length === 0 ? 0 : 1

function print(heads: string[], rows: string[][]): void {
  process.stdout.write(`\n${tableOf(heads, rows)}`)
}
