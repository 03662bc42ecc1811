// Those who call the maker's own server in `npm run bench:forward`, in a process of their own so that they do not disturb
// the clock: keeps as many slow calls under way as told, until SIGTERM, and then prints how many were answered.
import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

const [url = '', calls = '', slowMs = ''] = process.argv.slice(2)
const agent = new Agent({ keepAlive: true })
let over = false
let answered = 0

const call = () =>
  new Promise<void>((resolve, reject) => {
    const outgoing = request(`${url}slow`, { agent, method: 'POST' }, incoming => {
      if (incoming.statusCode !== 200) reject(new Error(`a slow call got ${incoming.statusCode}`))
      incoming.resume().on('end', resolve).on('error', reject)
    })
    outgoing.on('error', reject).end('hello')
  })

process.once('SIGTERM', () => {
  over = true
})
await Promise.all(
  Array.from({ length: Number(calls) }, async (_, number) => {
    // Not all in the same moment, as they would not arrive.
    await sleep((number / Number(calls)) * Number(slowMs))
    while (!over) {
      await call()
      answered++
    }
  })
)
agent.destroy()
process.stdout.write(`${answered}\n`)
