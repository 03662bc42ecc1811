// An examination of a configuration that a test writes, and its lines by code.
import { mkdirSync, writeFileSync } from 'node:fs'
import type { Test } from 'tap'
import { stringify } from 'yaml'
import { type FakeDocSpace, startFakeDocSpace } from '../../src/devkit/fake-docspace.ts'
import { type Examined, type ExamineOptions, examine } from '../../src/doctor/examine.ts'
import type { Line } from '../../src/doctor/result.ts'
import { adapters } from '../../src/providers/index.ts'
import { sharedWix } from './bridge.ts'

export interface Examining extends Examined {
  /** Lines of a check; of one subject when it is named. */
  of(code: string, subject?: string): Line[]
  /** The only line of a check, or of one subject of it. */
  one(code: string, subject?: string): Line
}

export interface ExamineTestOptions extends Partial<ExamineOptions> {
  /** Sections of the configuration, in the place of those below. */
  sections?: object
  /** The file's text, where it is not made of sections. */
  text?: string
}

/** One provider that speaks for nobody, one action: nothing to be the matter with. */
export const SOUND = {
  wix: { appId: sharedWix.appId, publicKey: sharedWix.publicKeyPem },
  providers: {
    newsletter: {
      type: 'static',
      groups: [
        {
          plans: [{ id: 'free', name: 'Free' }],
          quotas: [{ feature: 'emails', name: 'Emails sent', used: 346, limit: 500 }],
          upgradeUrl: 'https://example.com/upgrade'
        }
      ]
    }
  },
  actions: { 'send-email': { provider: 'newsletter' } }
}

/** Writes the configuration into the folder, and examines it. */
export async function examineIn(
  dir: string,
  { sections = {}, text, ...options }: ExamineTestOptions = {}
): Promise<Examining> {
  const file = `${dir}/quota-bridge.yaml`
  mkdirSync(dir, { recursive: true })
  writeFileSync(file, text ?? stringify({ ...SOUND, ...sections }))
  const examined = await examine({
    file,
    environment: {},
    adapters,
    now: Date.now,
    urls: [],
    all: false,
    offline: false,
    skip: [],
    failOn: 'failure',
    commandLine: (...words) => ['quota-bridge', ...words].join(' '),
    onProgress: () => {},
    ...options
  })
  const of = (code: string, subject?: string) =>
    examined.result.lines.filter(line => line.code === code && (subject === undefined || line.subject === subject))
  return {
    ...examined,
    of,
    one(code, subject) {
      const [line, ...others] = of(code, subject)
      if (!line || others.length > 0) throw new Error(`${code} has ${others.length + (line ? 1 : 0)} lines`)
      return line
    }
  }
}

/** A fake portal, and the section that leads to it. */
export async function startPortal(t: Pick<Test, 'teardown'>, more: object = {}) {
  const docspace = await startFakeDocSpace('business-with-storage')
  t.teardown(() => docspace.close())
  const providers = (apiKey: string = docspace.portal.keys.owner) => portalSection(docspace, apiKey, more)
  return { docspace, providers }
}

function portalSection({ url }: FakeDocSpace, apiKey: string, more: object) {
  return {
    portal: {
      type: 'docspace',
      connection: { url, apiKey },
      allowedHosts: ['127.0.0.1'],
      allowPrivateHosts: true,
      ...more
    }
  }
}
