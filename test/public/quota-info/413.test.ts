// POST /v1/quota-info answers 413: more than 64 KiB.
import t from 'tap'
import { errorOf, startBridge } from '../../helpers/bridge.ts'
import { sendOnThenRead } from '../../helpers/raw-socket.ts'

t.test('64 KiB are read, one byte more is not', async t => {
  const { post } = await startBridge(t)
  t.match(await errorOf(await post('a'.repeat(65_536))), { status: 401, wellFormed: true })
  t.match(await errorOf(await post('a'.repeat(65_537))), { status: 413, code: 'PAYLOAD_TOO_LARGE', wellFormed: true })
})

t.test('10 MB are refused without being read, told beforehand or in pieces', async t => {
  const { service, post } = await startBridge(t)
  t.match(await errorOf(await post('a'.repeat(10_000_000))), {
    status: 413,
    code: 'PAYLOAD_TOO_LARGE',
    wellFormed: true
  })
  const pieces = new ReadableStream({
    start(controller) {
      for (let piece = 0; piece < 160; piece++) controller.enqueue(Buffer.alloc(65_536, 'a'))
      controller.close()
    }
  })
  const response = await fetch(`${service.publicUrl}v1/quota-info`, { method: 'POST', body: pieces, duplex: 'half' })
  t.match(await errorOf(response), { status: 413, code: 'PAYLOAD_TOO_LARGE', wellFormed: true })
})

for (const [told, framing, piece = ''] of [
  ['beforehand', 'content-length: 2000000', 'a'.repeat(0x8000)],
  ['in pieces', 'transfer-encoding: chunked', `8000\r\n${'a'.repeat(0x8000)}\r\n`]
]) {
  t.test(`who first sends on and reads then learns why the body was refused, told ${told}`, async t => {
    const { service } = await startBridge(t)
    const head = `POST /v1/quota-info HTTP/1.1\r\nhost: quota.example\r\n${framing}\r\n\r\n`
    t.match(await sendOnThenRead(service.publicUrl, head, piece), /^HTTP\/1\.1 413 [\s\S]*"PAYLOAD_TOO_LARGE"/)
  })
}
