// What a maker would write today on Fastify: Wix's SDK behind one route, log on.
import fastify from 'fastify'
import { tell } from './listen.ts'
import { process as processCall } from './wix-sdk.ts'

const app = fastify({ logger: true })
app.addContentTypeParser('text/plain', { parseAs: 'string' }, (_request, body, done) => done(null, body))
app.post('/v1/quota-info', async (request, reply) => {
  reply.type('application/json; charset=utf-8')
  return processCall(`http://${request.host}${request.url}`, String(request.body))
})
await app.listen({ port: 0, host: '127.0.0.1' })
tell(app.server)
