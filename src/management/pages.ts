// The pages for a person's browser: they hold no data. What they show, their modules ask the API for, with a token that the person brings.
import { readdirSync, readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { extname } from 'node:path'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Negotiator from 'negotiator'
import { QuotaBridgeError } from '../errors.ts'
import { errorResponses } from '../http/errors.ts'
import { applicationPage } from '../pages/application.ts'
import { chooseLanguage } from '../presentation/languages.ts'
import { wordsOf } from '../presentation/words.ts'
import { EXTENSION, ROOT } from '../root.ts'
import { Type } from '../schema.ts'
import { pageBody } from './page-body.ts'

const FOLDER = new URL('browser/', ROOT)
/** Beside the sources lie TypeScript's, of which the types are taken out; beside what was compiled, JavaScript. */
const TYPES: Record<string, string> = { [EXTENSION]: 'text/javascript', '.css': 'text/css' }

export interface PagesOptions {
  /** Of readers none of whose languages we have. */
  language: () => string
}

export const pageRoutes: FastifyPluginAsyncTypebox<PagesOptions> = async (app, { language: fallbackLanguage }) => {
  const files = new Set(readdirSync(FOLDER).filter(file => TYPES[extname(file)] !== undefined))
  /** Read when first asked for: most services show no page. */
  const read = new Map<string, string>()

  for (const [path, operationId, summary] of PAGES) {
    app.get(
      path,
      {
        schema: {
          operationId,
          tags: ['Preview'],
          summary,
          description: 'A page for a browser, in a language of the reader. It holds no data.',
          response: { 200: { description: 'The page.', content: { 'text/html': { schema: Type.String() } } } }
        }
      },
      async (request, reply) => {
        const words = wordsOf(chooseLanguage(new Negotiator(request.raw).languages(), fallbackLanguage()))
        const { language } = words
        const { document, headers } = applicationPage({
          ...{ language, title: 'Quota Bridge', body: pageBody(words) },
          ...{ module: `/pages/main${EXTENSION}`, style: '/pages/style.css' }
        })
        return reply.headers({ ...headers, 'content-language': language }).send(document)
      }
    )
  }

  app.get(
    '/pages/:file',
    {
      schema: {
        operationId: 'getPageFile',
        tags: ['Preview'],
        summary: 'A module or the style of a page',
        params: Type.Object({ file: Type.String({ description: 'As the page names it.' }) }),
        response: {
          200: {
            description: 'The file.',
            content: { 'text/javascript': { schema: Type.String() }, 'text/css': { schema: Type.String() } }
          },
          ...errorResponses(['NOT_FOUND'])
        }
      }
    },
    async ({ params: { file } }, reply) => {
      if (!files.has(file)) throw new QuotaBridgeError('NOT_FOUND')
      const text = read.get(file) ?? readPageFile(file)
      read.set(file, text)
      return reply.type(`${TYPES[extname(file)]}; charset=utf-8`).send(text)
    }
  )
}

const PAGES = [
  ['/preview', 'getPreviewPage', 'What a site owner reads'],
  ['/connections', 'getConnectionsPage', 'The connections'],
  ['/audit', 'getAuditPage', 'Who changed which connection']
] as const

function readPageFile(file: string): string {
  const text = readFileSync(new URL(file, FOLDER), 'utf8')
  return extname(file) === '.ts' ? stripTypeScriptTypes(text) : text
}
