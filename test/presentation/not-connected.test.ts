import t from 'tap'
import { presentNotConnected } from '../../src/presentation/not-connected.ts'
import { wordsOf } from '../../src/presentation/words.ts'

const options = {
  features: ['room', 'total_size', '*', 'seats'],
  name: 'DocSpace',
  connectUrl: 'https://app.example.com/connect',
  vocabulary: 'docspace',
  labels: new Map([['seats', 'Seats']]),
  words: wordsOf('en')
}

t.test("a site without a connection reads Wix's form of nothing bought, and where to connect", async t => {
  const additionalInfo = { description: "DocSpace isn't connected to this site yet." }
  t.strictSame(presentNotConnected(options), {
    enforced: true,
    quotaInfo: [
      {
        plans: [],
        quotas: ['Rooms', 'Storage space', 'Seats'].map(featureName => ({
          featureName,
          currentUsage: '0',
          limit: '0',
          additionalInfo
        })),
        upgradeCta: { url: 'https://app.example.com/connect', label: 'Connect DocSpace' }
      }
    ]
  })
})

t.test('without a place to connect there is no button, and without a named feature nothing is shown', async t => {
  const { connectUrl: _, ...nowhere } = options
  t.notOk(presentNotConnected(nowhere).quotaInfo[0]?.upgradeCta)
  t.strictSame(presentNotConnected({ ...options, features: ['*'] }), { enforced: false, quotaInfo: [] })
})
