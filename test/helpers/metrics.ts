// What a service tells at /metrics, read as Prometheus does.
import { type Bridge, MANAGEMENT_TOKEN } from './bridge.ts'

export interface Sample {
  name: string
  labels: Record<string, string>
  value: number
}

export interface ReadMetrics {
  text: string
  samples: Sample[]
  /** Of the one sample of that name with exactly these labels; undefined when there is none. */
  value(of: Pick<Sample, 'name' | 'labels'>): number | undefined
}

/** https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format */
const LINE = /^(?<name>[a-zA-Z_:][\w:]*)(?:\{(?<labels>.*)\})? (?<value>\S+)$/
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\\n]|\\["\\n])*)",?/g

/** Reads every sample. @throws {Error} at a line that is none */
export function parseMetrics(text: string): Sample[] {
  const lines = text.split('\n').filter(line => line !== '' && !line.startsWith('# '))
  return lines.map(line => {
    const { name, labels = '', value } = LINE.exec(line)?.groups ?? {}
    if (name === undefined || labels.replace(LABEL, '') !== '') throw new Error(`no sample: ${line}`)
    const pairs = [...labels.matchAll(LABEL)].map(([, key = '', text = '']) => [key, unescaped(text)] as const)
    return { name, labels: Object.fromEntries(pairs), value: Number(value) }
  })
}

const unescaped = (text: string) => text.replace(/\\(.)/g, (_all, sign) => (sign === 'n' ? '\n' : sign))

/** What a text of metrics says. */
export function metricsOf(text: string): ReadMetrics {
  const samples = parseMetrics(text)
  const idOf = (labels: Record<string, string>) => JSON.stringify(Object.entries(labels).sort())
  return {
    text,
    samples,
    value: ({ name, labels }) =>
      samples.find(sample => sample.name === name && idOf(sample.labels) === idOf(labels))?.value
  }
}

export async function readMetrics({ get }: Bridge, token = MANAGEMENT_TOKEN): Promise<ReadMetrics> {
  const answer = await get('management', 'metrics', { headers: { authorization: `Bearer ${token}` } })
  const text = await answer.text()
  if (answer.status !== 200) throw new Error(`metrics are answered with ${answer.status}: ${text}`)
  return metricsOf(text)
}
