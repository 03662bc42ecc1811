// npm run demo: a fake Wix, a fake DocSpace, a maker's own server and the service on free ports, asked as Wix would ask,
// and left running.

import { startService } from '../app.ts'
import { readConfiguration } from '../config/load.ts'
import { configuredSecrets } from '../config/secrets.ts'
import { createLogger, logLevel } from '../logging.ts'
import { adapters } from '../providers/index.ts'
import { Value } from '../schema.ts'
import { QuotaInfoAnswer } from '../wix/contract.ts'
import { isScenarioName, scenarioNames } from './docspace-scenarios.ts'
import { startFakeDocSpace } from './fake-docspace.ts'
import { startFakeMaker } from './fake-maker.ts'
import { methodUrl, quotaInfoUrl } from './fake-wix.ts'
import { keptFakeWix } from './kept-key.ts'
import { showAnswer } from './show-answer.ts'

const [scenario = 'business-with-storage'] = process.argv.slice(2)
if (!isScenarioName(scenario)) {
  process.stderr.write(`There is no scenario ${scenario}; known: ${scenarioNames.join(', ')}.\n`)
  process.exit(2)
}

const wix = keptFakeWix()
const docspace = await startFakeDocSpace(scenario)
const maker = await startFakeMaker(wix)
const configuration = readConfiguration(demoConfiguration(docspace.url, maker.url), {
  environment: { ...process.env, WIX_PUBLIC_KEY: wix.publicKeyPem, DOCSPACE_API_KEY: docspace.portal.keys.owner },
  adapters
})
const service = await startService({
  configuration,
  logger: createLogger(logLevel({ LOG_LEVEL: 'warn', ...process.env }), configuredSecrets(adapters))
})
process.stdout.write(
  `Quota Bridge answers at ${service.publicUrl}, a fake DocSpace (${scenario}) at ${docspace.url}, and the maker's own server at ${maker.url}\n\n`
)

for (const actionKey of configuration.actions.keys()) {
  const response = await wix.ask(service.publicUrl, { actionKey })
  const answer: unknown = await response.json()
  if (!Value.Check(QuotaInfoAnswer, answer))
    throw new Error(`unexpected answer ${response.status}: ${JSON.stringify(answer)}`)
  process.stdout.write(`${showAnswer(actionKey, answer.actionQuotaInfo)}\n${JSON.stringify(answer, null, 2)}\n\n`)
}

const [actionKey = ''] = configuration.actions.keys()
const invoked = await wix.ask(service.publicUrl, { actionKey, request: { actionParams: { title: 'Demo' } } }, 'invoke')
process.stdout.write(`${actionKey} is run: Wix calls ${methodUrl(service.publicUrl, 'invoke')}, which goes on to the maker's own server
${invoked.status} ${await invoked.text()}

Ask again, signed by the fake Wix:
  npm run wix:call -- --url ${service.publicUrl} --action ${actionKey} --language en
  npm run wix:call -- --url ${service.publicUrl} --action ${actionKey} --method invoke
  curl -X POST '${quotaInfoUrl(service.publicUrl)}' -H 'content-type: text/plain; charset=utf-8' -d '${await wix.sign(wix.payload({ actionKey }))}'

Still running; Ctrl+C stops it.
`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    await service.close()
    await docspace.close()
    await maker.close()
  })
}

function demoConfiguration(docspaceUrl: string, makerUrl: string): string {
  return `
wix:
  appId: ${wix.appId}
  publicKey: \${WIX_PUBLIC_KEY}
server: { host: 127.0.0.1, port: 0 }
forward: { to: "${makerUrl}" }
providers:
  docspace:
    type: docspace
    connection: { url: "${docspaceUrl}", apiKey: "\${DOCSPACE_API_KEY}" }
    allowedHosts: [127.0.0.1]
    allowPrivateHosts: true
    checkOnStart: false
  newsletter:
    type: static
    groups:
      - plans: [{ id: free, name: Free }]
        quotas: [{ feature: emails, name: Emails sent, used: 346, limit: 500, renewsAt: "2099-01-12T00:00:00Z" }]
        upgradeUrl: https://example.com/upgrade
actions:
  create-room: { provider: docspace }
  upload-file: { provider: docspace, features: [total_size] }
  invite-guest: { provider: docspace, features: [users] }
  send-email: { provider: newsletter }
`
}
