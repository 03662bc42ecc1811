// docker/kubernetes: what Kubernetes' own schema says, fit for the service, and within the strictest pod security standard.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { Deployment } from 'kubernetes-models/apps/v1'
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1'
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1'
import { Namespace, Service } from 'kubernetes-models/v1'
import t from 'tap'
import { parse, parseAllDocuments } from 'yaml'
import { durationMs } from '../../src/config/durations.ts'
import { namedSecrets, readExample } from './example.ts'

const FOLDER = 'docker/kubernetes'

/** For each kind the model with Kubernetes' schema, and where its type is. */
const models = {
  Namespace: { Model: Namespace, from: 'v1' },
  Service: { Model: Service, from: 'v1' },
  Deployment: { Model: Deployment, from: 'apps/v1' },
  PodDisruptionBudget: { Model: PodDisruptionBudget, from: 'policy/v1' },
  NetworkPolicy: { Model: NetworkPolicy, from: 'networking.k8s.io/v1' }
}
type Kind = keyof typeof models
interface Manifest {
  kind: Kind
  apiVersion: string
  metadata: { name: string; labels?: Record<string, string> }
  spec?: unknown
}

/** Of https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/, written down here, since npm has no schema of it. */
const names = { type: 'array', items: { type: 'string' } }
const generators = {
  type: 'array',
  items: {
    type: 'object',
    properties: { name: { type: 'string' }, files: names },
    required: ['name'],
    additionalProperties: false
  }
}
const image = { name: { type: 'string' }, newName: { type: 'string' }, newTag: { type: 'string' } }
const validateKustomization = new Ajv().compile({
  type: 'object',
  properties: {
    apiVersion: { const: 'kustomize.config.k8s.io/v1beta1' },
    kind: { const: 'Kustomization' },
    namespace: { type: 'string' },
    resources: names,
    images: {
      type: 'array',
      items: { type: 'object', properties: image, required: ['name'], additionalProperties: false }
    },
    configMapGenerator: generators,
    secretGenerator: generators
  },
  required: ['apiVersion', 'kind', 'resources'],
  additionalProperties: false
})

const kustomization = parse(readFileSync(join(FOLDER, 'kustomization.yaml'), 'utf8'))
const manifests: Manifest[] = kustomization.resources.flatMap((file: string) =>
  parseAllDocuments(readFileSync(join(FOLDER, file), 'utf8')).map(document => document.toJS())
)
const [deployment] = manifests.flatMap(manifest =>
  manifest.kind === 'Deployment' ? [new Deployment(manifest as never)] : []
)

/** What Kubernetes' schema says of each value, and TypeScript of keys that the schema does not know, which Kubernetes drops in silence. */
function mistakes(folder: string, manifests: readonly Manifest[]): string[] {
  const invalid = manifests.flatMap(manifest => {
    try {
      new models[manifest.kind].Model(manifest as never).validate()
      return []
    } catch (error) {
      return [String(error)]
    }
  })
  const file = join(folder, 'manifests.ts')
  const typed = manifests.map(
    (manifest, index) =>
      `import type { I${manifest.kind} as T${index} } from 'kubernetes-models/${models[manifest.kind].from}'\n` +
      `export const m${index}: T${index} = ${JSON.stringify(manifest)}\n`
  )
  writeFileSync(file, typed.join(''))
  const options = [
    '--ignoreConfig',
    '--noEmit',
    '--strict',
    '--skipLibCheck',
    '--module',
    'nodenext',
    '--types',
    'node'
  ]
  // Without what tap loads into every process of Node.
  const tsc = ['-u', 'NODE_OPTIONS', process.execPath, 'node_modules/.bin/tsc']
  const { status, stdout, stderr } = spawnSync('env', [...tsc, ...options, file], { encoding: 'utf8' })
  return status === 0 ? invalid : [...invalid, stdout + stderr]
}

t.test('every manifest is what Kubernetes says', async t => {
  t.strictSame(manifests.map(({ kind }) => kind).toSorted(), [
    ...['Deployment', 'Namespace', 'NetworkPolicy', 'PodDisruptionBudget', 'Service', 'Service']
  ])
  const folder = t.testdir()
  t.strictSame(mistakes(folder, manifests), [])
  const mistaken = ['{ "maxUnavailable": 1, "selector": 7 }', '{ "maxUnavailabel": 1 }'].map(spec => ({
    ...(manifests.find(({ kind }) => kind === 'PodDisruptionBudget') as Manifest),
    spec: JSON.parse(spec)
  }))
  const told = mistakes(folder, mistaken)
  t.match(told.join(), /selector.*must be object/, 'a value of the wrong kind is a mistake')
  t.match(told.join(), /maxUnavailabel/, 'and so is a key that nobody knows')
})

t.test('the kustomization is well-formed, and all that it names is there or made by its reader', async t => {
  t.ok(validateKustomization(kustomization), JSON.stringify(validateKustomization.errors))
  t.notOk(validateKustomization({ ...kustomization, secretGenerators: [] }))
  const operating = readFileSync('docs/operating.md', 'utf8')
  for (const { files } of kustomization.configMapGenerator)
    for (const file of files) t.ok(existsSync(join(FOLDER, file)), file)
  for (const { files } of kustomization.secretGenerator)
    for (const file of files) t.ok(operating.includes(`docker/kubernetes/${file}`), `operating.md makes ${file}`)
  t.match(readFileSync('.gitignore', 'utf8'), /^docker\/kubernetes\/secrets\/$/m)
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
  t.strictSame(
    kustomization.images.map(({ name, newTag }: { name: string; newTag: string }) => [name, newTag]),
    [['quota-bridge', version]]
  )
})

t.test('the configuration is right with what the pods get', async t => {
  const folder = t.testdir()
  const [{ files }] = kustomization.secretGenerator
  const secrets: string[] = files.map((file: string) => file.replace('secrets/', ''))
  t.strictSame([...namedSecrets(join(FOLDER, 'quota-bridge.yaml'))].toSorted(), secrets.toSorted())
  const { server, management, store } = readExample(join(FOLDER, 'quota-bridge.yaml'), {
    variables: [],
    secrets,
    folder
  })
  t.match(store?.url, /^postgres:/, 'several replicas need it')
  const pod = deployment?.spec?.template.spec
  const seconds = (durationMs(server.drain) + durationMs(server.grace)) / 1000
  t.ok((pod?.terminationGracePeriodSeconds ?? 0) > seconds, 'stopping has its time')
  const [container] = pod?.containers ?? []
  t.strictSame(
    container?.ports?.map(({ containerPort }) => containerPort),
    [server.port, management?.port]
  )
  t.match(management, { host: '0.0.0.0' }, 'where the kubelet reaches it')
  const mounts = container?.volumeMounts?.map(({ name, mountPath }) => [name, mountPath])
  t.strictSame(mounts, [
    ['configuration', '/etc/quota-bridge'],
    ['secrets', '/run/secrets'],
    ['tmp', '/tmp']
  ])
  t.strictSame(container?.args, ['--config', '/etc/quota-bridge/quota-bridge.yaml'])
})

t.test('the pods may do nothing that they do not need', async t => {
  const pod = deployment?.spec?.template.spec
  t.match(pod, {
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } }
  })
  for (const container of pod?.containers ?? []) {
    t.match(container, {
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] }
      },
      resources: { limits: { memory: /Mi$/ }, requests: { cpu: /m$/, memory: /Mi$/ } }
    })
  }
})

t.test('probes ask what the API has, by the listener that answers', async t => {
  const { paths } = parse(readFileSync('openapi.yaml', 'utf8'))
  const [container] = deployment?.spec?.template.spec?.containers ?? []
  const { startupProbe, livenessProbe, readinessProbe } = container ?? {}
  t.match(startupProbe?.httpGet, { path: '/health/live', port: 'public' })
  t.match(livenessProbe?.httpGet, { path: '/health/live', port: 'public' })
  t.match(readinessProbe?.httpGet, { path: '/health/ready', port: 'management' })
  for (const probe of [startupProbe, livenessProbe, readinessProbe]) t.ok(paths[probe?.httpGet?.path ?? ''])
})

t.test('services, the disruption budget and the network policy are about these pods', async t => {
  const labels = deployment?.spec?.template.metadata?.labels ?? {}
  const selectors = manifests.flatMap(({ kind, spec }) => {
    const { selector, podSelector } = (spec ?? {}) as { selector?: { matchLabels?: object }; podSelector?: object }
    return kind === 'Namespace' ? [] : [podSelector ?? selector]
  })
  t.equal(selectors.length, 5)
  for (const selector of selectors) t.match(JSON.stringify(selector), JSON.stringify(labels))
})
