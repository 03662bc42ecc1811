// A maker's own server, built as Wix documents it: Wix's SDK verifies what Wix signed and leads it to a handler.
// https://dev.wix.com/docs/sdk/backend-modules/automations/service-plugins/action-provider/introduction
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { createRequire } from 'node:module'
import { type FakePage, sendPage } from './fake-page.ts'

// Wix's service plugins load in Node as CommonJS alone.
const require = createRequire(import.meta.url)

/** What a person would see of the app, for whoever clicks a link of ours. */
function pageAt(path: string): FakePage | undefined {
  const { pathname = '', searchParams = new URLSearchParams() } = URL.parse(path, 'http://maker') ?? {}
  if (pathname === '/plans')
    return {
      title: "Plans of a fake maker's newsletter",
      text: 'Here the maker of the action sells more e-mails.'
    }
  if (pathname !== '/' || !searchParams.has('token')) return undefined
  return {
    title: "Connect DocSpace: a page of a fake maker's app",
    text: 'Here the app redeems the token over the management API, which says whose site this is, asks for the portal and the API key, and saves them.'
  }
}

export interface FakeMaker {
  url: string
  /** What the handlers were called with, in order. */
  calls: { method: 'invoke' | 'validateConfiguration'; call: unknown }[]
  close(): Promise<void>
}

/** Starts one for the app that such calls name, on a free port. */
export async function startFakeMaker({
  appId,
  publicKeyPem
}: {
  appId: string
  publicKeyPem: string
}): Promise<FakeMaker> {
  const { AppStrategy, createClient } = require('@wix/sdk')
  const { actionProvider } = require('@wix/automations/service-plugins')
  const calls: FakeMaker['calls'] = []
  const client = createClient({
    auth: AppStrategy({ appId, publicKey: publicKeyPem, appSecret: 'none' }),
    modules: { actionProvider }
  })
  client.actionProvider.provideHandlers({
    invoke(call: unknown) {
      calls.push({ method: 'invoke', call })
      return { result: { run: calls.length } }
    },
    validateConfiguration(call: unknown) {
      calls.push({ method: 'validateConfiguration', call })
      return { valid: true, configurationErrors: [] }
    }
  })

  async function answer(request: IncomingMessage): Promise<Response> {
    const { url = '', headers } = request
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    try {
      return await client.servicePlugins.processRequest(
        new Request(`http://${headers.host}${url}`, { method: 'POST', body: Buffer.concat(chunks) })
      )
    } catch {
      return Response.json({ message: 'Not signed by Wix, or not a method of this action.' }, { status: 400 })
    }
  }

  const server = createServer(async (request, response) => {
    const page = request.method === 'GET' && pageAt(request.url ?? '/')
    if (page) return sendPage(response, page)
    const { status, headers, body } = await answer(request)
    response.writeHead(status, Object.fromEntries(headers))
    for await (const chunk of body ?? []) response.write(chunk)
    response.end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    calls,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    }
  }
}
