// Any call and any answer cross unchanged: framing, pieces, headers, status and bytes as they come.
import { Agent, request } from 'node:http'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import t from 'tap'
import { startBridge } from '../../helpers/bridge.ts'
import { fuzz } from '../../helpers/fuzz.ts'
import { sha256, startTarget } from '../../helpers/target.ts'

type Drawn<Source> = Source extends fc.Arbitrary<infer Value> ? Value : never

const bytes = fc.oneof(
  { weight: 8, arbitrary: fc.uint8Array({ maxLength: 3000 }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.integer({ min: 60_000, max: 200_000 }), fc.nat(255))
      .map(([length, byte]) => new Uint8Array(length).fill(byte))
  },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 500 }).map(text => gzipSync(text)) }
)
const name = fc
  .string({ unit: fc.constantFrom(...'abcdefghijkXYZ0123456789-_.!~'), minLength: 1, maxLength: 12 })
  .map(rest => `x-${rest}`)
const value = fc
  .oneof(
    fc.string({ unit: 'grapheme-ascii', maxLength: 30 }),
    fc.array(fc.integer({ min: 0xa0, max: 0xff }), { maxLength: 10 }).map(codes => String.fromCharCode(...codes))
  )
  .map(text => text.trim())
const headers = fc.array(fc.tuple(name, value), { maxLength: 5 })
const call = fc.record({
  method: fc.constantFrom('POST', 'POST', 'POST', 'PUT', 'PATCH', 'GET', 'DELETE', 'OPTIONS'),
  query: fc.webQueryParameters(),
  body: bytes,
  /** Where the body is cut into pieces; none means that its length is told. */
  cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
  type: fc.option(
    fc.oneof(fc.constantFrom('text/plain', 'application/json', ';', 'multipart/form-data; boundary=x'), value)
  ),
  headers
})
const answer = fc.record({
  status: fc.integer({ min: 200, max: 999 }),
  chunked: fc.boolean(),
  body: bytes,
  headers
})

function cut(body: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [0, ...cuts.map(place => Math.floor(place * body.length)).sort((a, b) => a - b), body.length]
  return places.slice(1).map((end, index) => body.subarray(places[index], end))
}

/** Those of ours, in order, as names and values by turns. */
const ours = (raw: readonly string[]) =>
  raw.flatMap((text, index) =>
    /^x-/i.test(raw[index - (index % 2)] ?? '') &&
    !/^x-forwarded-(for|host|proto)$/.test(raw[index - (index % 2)] ?? '')
      ? [text]
      : []
  )

t.test('what was sent is what arrives, and what was answered is what comes back', async t => {
  let given: Drawn<typeof answer> = { status: 200, chunked: false, body: new Uint8Array(), headers: [] }
  const target = await startTarget(t, {
    answer(_request, response) {
      response.writeHead(given.status, [
        ...given.headers.flat(),
        ...(given.chunked ? [] : ['content-length', String(given.body.length)])
      ])
      response.write(given.body.subarray(0, 7))
      response.end(given.body.subarray(7))
    }
  })
  const { service } = await startBridge(t, { forward: { to: `${target.url}/wix` }, logLevel: 'silent' })
  const { hostname, port } = new URL(service.publicUrl)
  const agent = new Agent({ keepAlive: true, maxSockets: 4 })
  t.teardown(() => agent.destroy())

  const send = (sent: Drawn<typeof call>) =>
    new Promise<{ status: number; raw: string[]; sha: string }>((resolve, reject) => {
      const path = `/v1/invoke${sent.query && `?${sent.query}`}`
      const framing =
        sent.cuts.length > 0 ? ['transfer-encoding', 'chunked'] : ['content-length', String(sent.body.length)]
      const head = [...sent.headers.flat(), ...(sent.type === null ? [] : ['content-type', sent.type]), ...framing]
      const outgoing = request({ agent, hostname, port, method: sent.method, path, headers: ['host', 'x', ...head] })
      outgoing.on('error', reject).on('response', incoming => {
        const chunks: Buffer[] = []
        incoming.on('data', chunk => chunks.push(chunk)).on('error', reject)
        incoming.on('end', () =>
          resolve({ status: incoming.statusCode ?? 0, raw: incoming.rawHeaders, sha: sha256(Buffer.concat(chunks)) })
        )
      })
      for (const piece of cut(sent.body, sent.cuts)) outgoing.write(piece)
      outgoing.end()
    })

  const property = fc.asyncProperty(call, answer, async (sent, answered) => {
    given = answered
    target.seen.length = 0
    const got = await send(sent)
    const [seen] = target.seen
    const differences = Object.entries({
      calls: [target.seen.length, 1],
      method: [seen?.method, sent.method],
      url: [seen?.url, `/wix/v1/invoke${sent.query && `?${sent.query}`}`],
      body: [seen?.sha256, sha256(sent.body)],
      type: [seen?.headers['content-type'], sent.type ?? undefined],
      headers: [ours(seen?.rawHeaders ?? []).join('\n'), sent.headers.flat().join('\n')],
      status: [got.status, answered.status],
      answer: [got.sha, sha256([204, 304].includes(answered.status) ? '' : answered.body)],
      'answer headers': [ours(got.raw).join('\n'), answered.headers.flat().join('\n')]
    }).filter(([, [found, wanted]]) => found !== wanted)
    if (differences.length > 0) throw new Error(JSON.stringify(differences))
  })
  await fuzz(t, 'forwarded-calls', 'calls that are passed on', property)
})
