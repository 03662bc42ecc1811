// What a preview is asked for and what it tells: the answer as Wix gets it, the same as Wix's screen shows it, and how it was come by.
import { type Static, Type } from '../schema.ts'
import { ErrorAnswer, QuotaInfoAnswer } from '../wix/contract.ts'
import { SAMPLE_STATES } from './states.ts'

const strict = { additionalProperties: false }

const Link = Type.Object(
  {
    label: Type.String({ description: 'What stands on it.' }),
    url: Type.String({ description: 'Where it leads.' })
  },
  strict
)

/** One answer as Wix's screen shows it; every text is in the reader's language. */
export const Modal = Type.Object(
  {
    title: Type.String({ description: "The screen's title." }),
    app: Type.String({ description: 'What stands over the groups: there, the name of the app.' }),
    message: Type.Optional(Type.String({ description: 'What is to be said where there is nothing to show.' })),
    groups: Type.Array(
      Type.Object(
        {
          plans: Type.Array(Type.String(), { description: 'Their names.' }),
          quotas: Type.Array(
            Type.Object(
              {
                name: Type.String({ description: 'The feature.' }),
                usage: Type.String({ description: 'Usage of limit; of what is unlimited the usage alone.' }),
                renews: Type.Optional(Type.String({ description: 'When it renews.' })),
                tooltip: Type.Optional(
                  Type.Object(
                    {
                      label: Type.String({ description: 'What a screen reader calls its icon.' }),
                      text: Type.String(),
                      link: Type.Optional(Link)
                    },
                    strict
                  )
                )
              },
              strict
            )
          ),
          button: Type.Optional(Link)
        },
        strict
      ),
      { description: 'Plans and what they limit.' }
    )
  },
  { ...strict, title: 'PreviewModal', description: "The answer as Wix's screen shows it, in the reader's language." }
)
export type Modal = Static<typeof Modal>

/** Without a state, real numbers are shown. */
export const PreviewRequest = Type.Object(
  {
    action: Type.String({ minLength: 1, maxLength: 256, description: 'Its key in the configuration.' }),
    language: Type.String({ minLength: 1, maxLength: 64, description: "The reader's, as a BCP 47 tag." }),
    site: Type.Optional(
      Type.String({
        pattern: '^[^\\u0000]*$',
        minLength: 1,
        maxLength: 256,
        description: "Wix's instanceId of the site that asks; without a meaning where all sites share a connection."
      })
    ),
    state: Type.Optional(
      Type.Union(
        SAMPLE_STATES.map(state => Type.Literal(state)),
        { description: 'Shows made-up numbers in this state. Left out, the provider is asked, as for a call of Wix.' }
      )
    )
  },
  {
    ...strict,
    title: 'PreviewRequest',
    examples: [{ action: 'create-room', language: 'de', state: 'grace' }]
  }
)
export type PreviewRequest = Static<typeof PreviewRequest>

const UpstreamCall = Type.Object(
  {
    operation: Type.String({ description: "What was asked, in the adapter's or the configuration's own word." }),
    method: Type.String(),
    ms: Type.Integer({ minimum: 0, description: 'How long it took.' }),
    finding: Type.Optional(Type.String({ description: 'What was the matter; absent when all went well.' })),
    reason: Type.Optional(Type.String({ description: "A status, or a system error's code." }))
  },
  strict
)

export const PreviewAnswer = Type.Object(
  {
    language: Type.String({ description: "The answer's, as a BCP 47 tag." }),
    direction: Type.Union([Type.Literal('ltr'), Type.Literal('rtl')], { description: 'Which way it is written.' }),
    isSample: Type.Boolean({ description: 'Whether the numbers are made up.' }),
    status: Type.Integer({ description: 'Of the answer to Wix.' }),
    answer: Type.Optional(QuotaInfoAnswer),
    error: Type.Optional(ErrorAnswer),
    modal: Modal,
    served: Type.Union(
      [Type.Literal('hit'), Type.Literal('miss'), Type.Literal('update'), Type.Literal('stale'), Type.Literal('none')],
      {
        description:
          '`hit`: fresh, from memory. `miss`, `update`: fetched for this, without or with an older one. `stale`: an older one, since there was none newer in time. `none`: there was nobody to ask, or no answer.'
      }
    ),
    ageSeconds: Type.Optional(Type.Integer({ minimum: 0, description: 'How old the numbers are.' })),
    cacheStatus: Type.Optional(Type.String({ description: 'The header Cache-Status that Wix gets.' })),
    upstream: Type.Array(UpstreamCall, {
      description: 'The calls to the provider that were made for this, and are over.'
    }),
    logLine: Type.Record(Type.String(), Type.Unknown(), {
      description: 'What the log would say of such a call of Wix.'
    })
  },
  {
    ...strict,
    title: 'PreviewAnswer',
    examples: [
      {
        language: 'en',
        direction: 'ltr',
        isSample: true,
        status: 200,
        answer: {
          actionQuotaInfo: {
            enforced: true,
            quotaInfo: [{ plans: [], quotas: [{ featureName: 'Rooms', currentUsage: '9', limit: '10' }] }]
          }
        },
        modal: {
          title: 'Manage your automations quotas',
          app: 'Your app',
          groups: [{ plans: [], quotas: [{ name: 'Rooms', usage: '9 of 10' }] }]
        },
        served: 'miss',
        ageSeconds: 0,
        cacheStatus: 'quota-bridge; fwd=miss; stored',
        upstream: [],
        logLine: { level: 'info', action: 'create-room', provider: 'portal', done: 'miss', ageMs: 0, msg: 'quota told' }
      }
    ]
  }
)
export type PreviewAnswer = Static<typeof PreviewAnswer>

/** What can be asked for. */
export const PreviewChoices = Type.Object(
  {
    actions: Type.Array(
      Type.Object(
        { key: Type.String(), provider: Type.String({ description: 'Its name in the configuration.' }) },
        strict
      ),
      { description: 'In the order of the configuration.' }
    ),
    providers: Type.Array(
      Type.Object(
        {
          name: Type.String(),
          isPerSite: Type.Boolean({ description: 'Whether every site has a connection of its own.' })
        },
        strict
      )
    ),
    languages: Type.Array(
      Type.Object({ tag: Type.String(), name: Type.String({ description: 'Its own name for itself.' }) }, strict)
    ),
    states: Type.Array(Type.String(), { description: 'In which made-up numbers can be shown.' }),
    isStoreKept: Type.Boolean({ description: 'Whether there is a store, with connections and an audit.' })
  },
  {
    ...strict,
    title: 'PreviewChoices',
    examples: [
      {
        actions: [{ key: 'create-room', provider: 'portal' }],
        providers: [{ name: 'portal', isPerSite: false }],
        languages: [{ tag: 'de', name: 'Deutsch' }],
        states: [...SAMPLE_STATES],
        isStoreKept: true
      }
    ]
  }
)
export type PreviewChoices = Static<typeof PreviewChoices>
