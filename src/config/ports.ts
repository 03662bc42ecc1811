// The ports of the two listeners, which containers and platforms name in the environment.
import { type Mistake, showText } from '../mistakes.ts'
import { PORT_MAX } from './server.ts'

/** The document with the ports that the environment names; what is no port goes to `mistakes`. */
export function overridePorts(value: unknown, environment: NodeJS.ProcessEnv, mistakes: Mistake[]): unknown {
  if (typeof value !== 'object' || value === null) return value
  const override = (listener: 'server' | 'management', variable: string) => {
    const text = environment[variable]
    const section: unknown = Reflect.get(value, listener) ?? {}
    if (text === undefined || typeof section !== 'object') return {}
    if (/^\d{1,5}$/.test(text) && Number(text) <= PORT_MAX) return { [listener]: { ...section, port: Number(text) } }
    const shown = text === '' ? 'empty' : showText(text)
    mistakes.push({
      path: [listener, 'port'],
      message: `is overridden by the environment variable ${variable}, which is ${shown}, but must be a whole number from 0 to ${PORT_MAX}; correct it, or unset it`
    })
    return {}
  }
  return {
    ...value,
    ...override('server', 'PORT'),
    ...(Reflect.get(value, 'management') !== undefined && override('management', 'MANAGEMENT_PORT'))
  }
}
