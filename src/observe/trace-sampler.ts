// Which traces are kept, as the environment says in OpenTelemetry's own words.
// https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#general-sdk-configuration
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler
} from '@opentelemetry/sdk-trace'
import type { Logger } from 'pino'

const PARENT_BASED = 'parentbased_'
const DEFAULT = 'parentbased_always_on'

/** All traces, and of those that a proxy began the ones that it keeps, unless OTEL_TRACES_SAMPLER says otherwise. */
export function samplerOf(environment: NodeJS.ProcessEnv, log: Pick<Logger, 'warn'>): Sampler {
  const name = environment.OTEL_TRACES_SAMPLER || DEFAULT
  const sampler = samplerNamed(name, Number(environment.OTEL_TRACES_SAMPLER_ARG || 1))
  if (sampler) return sampler
  log.warn(
    { sampler: name.slice(0, 60) },
    `OTEL_TRACES_SAMPLER is not known, or its argument is no ratio; ${DEFAULT} is used`
  )
  return new ParentBasedSampler({ root: new AlwaysOnSampler() })
}

function samplerNamed(name: string, ratio: number): Sampler | undefined {
  if (name.startsWith(PARENT_BASED)) {
    const root = samplerNamed(name.slice(PARENT_BASED.length), ratio)
    return root && new ParentBasedSampler({ root })
  }
  if (name === 'always_on') return new AlwaysOnSampler()
  if (name === 'always_off') return new AlwaysOffSampler()
  return name === 'traceidratio' && ratio >= 0 && ratio <= 1 ? new TraceIdRatioBasedSampler(ratio) : undefined
}
