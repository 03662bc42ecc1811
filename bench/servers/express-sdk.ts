// What a maker would write today on Express, as Wix's documentation does: Wix's SDK behind one route, a line a call in the log.
import express from 'express'
import { pino } from 'pino'
import { tell } from './listen.ts'
import { process as processCall } from './wix-sdk.ts'

const log = pino()
const app = express()
app.use(express.text({ type: '*/*' }))
app.post('/v1/quota-info', async (request, response) => {
  response.type('application/json').send(await processCall(`http://${request.host}${request.url}`, request.body))
  log.info({ method: request.method, url: request.url, status: response.statusCode }, 'answered')
})
tell(app.listen(0, '127.0.0.1'))
