// What stands in the configuration about fields, authorisation and requests.
import { Secret, Type } from '../../schema.ts'
import { WebAddress } from '../written-names.ts'

export const strict = { additionalProperties: false }
/** A text that is not empty. */
export const text = (description: string, example?: unknown) =>
  Type.String({ minLength: 1, description, ...(example !== undefined && { examples: [example] }) })
/** A key that is true or left out. */
export const yes = (description: string) => Type.Optional(Type.Literal(true, { description, examples: [true] }))
/** One of some words. */
export const oneOf = <const Word extends string>(words: readonly Word[], description: string) =>
  Type.Unsafe<Word>(
    Type.Union(
      words.map(word => Type.Literal(word)),
      { description: `${description}: ${words.join(', ')}`, examples: [words[0]] }
    )
  )

export const FieldSchema = Type.Object(
  {
    title: text('what a form calls it', 'Customer id'),
    description: Type.Optional(text('what helps to fill it in')),
    example: Type.Optional(text('a value as an example', 'cus_123')),
    findAt: Type.Optional({ ...WebAddress, description: 'a page that says where its value is found' }),
    secret: Type.Optional(Type.Boolean({ description: 'whether it is never shown or logged', examples: [true] }))
  },
  strict
)

const credential = (description: string, example: string) => Secret({ description, examples: [example] })
export const AuthSchema = Type.Object(
  {
    bearer: Type.Optional(credential('Authorization: Bearer …', '{apiKey}')),
    basic: Type.Optional(
      Type.Object(
        {
          user: credential('the user', '{user}'),
          password: Type.String({ description: 'the password', secret: true, examples: ['{password}'] })
        },
        { ...strict, description: 'Authorization: Basic …' }
      )
    ),
    header: Type.Optional(
      Type.Record(Type.String(), credential("the header's value", '{apiKey}'), {
        description: 'headers by name',
        examples: [{ 'X-Api-Key': '{apiKey}' }]
      })
    ),
    oauth2: Type.Optional(
      Type.Object(
        {
          tokenUrl: text('where tokens are given', 'https://auth.example.com/oauth/token'),
          clientId: credential("the client's id", '{clientId}'),
          clientSecret: credential("the client's secret", '{clientSecret}'),
          scope: Type.Optional(text('the scope to ask for', 'usage.read')),
          audience: Type.Optional(text('the audience to ask for', 'https://api.example.com')),
          credentials: Type.Optional(oneOf(['header', 'body'], 'where the credentials stand; header when left out'))
        },
        { ...strict, description: 'client credentials (RFC 6749, 4.4)' }
      )
    )
  },
  {
    ...strict,
    description: 'how calls are authorised: bearer, basic, header or oauth2',
    examples: [{ bearer: '{apiKey}' }]
  }
)

export const ListSchema = Type.Object(
  {
    items: Type.String({ description: 'a pointer to the list in each page', examples: ['/data'] }),
    as: oneOf(['page', 'cursor', 'link'], 'what leads to the next page'),
    next: Type.Optional(
      text("a pointer to the next page's number, cursor or link; null or empty on the last page", '/meta/next_page')
    ),
    nextFromLast: Type.Optional(text('a pointer to the cursor in the last item of a page, with more', '/id')),
    more: Type.Optional(text('a pointer to whether there is another page', '/has_more')),
    nextMayBeAbsent: yes('whether the last page is told by leaving next out'),
    param: Type.Optional(
      text('the parameter that takes the page or the cursor; page or cursor when left out', 'starting_after')
    ),
    id: Type.Optional(text('a pointer to what tells one item from another', '/id'))
  },
  {
    ...strict,
    description: 'that the answer comes in pages',
    examples: [{ items: '/data', next: '/next', as: 'cursor' }]
  }
)

export const RequestSchema = Type.Object(
  {
    get: Type.Optional(text('the URL of a GET', 'https://api.example.com/v1/usage?customer={customer}')),
    post: Type.Optional(text('the URL of a POST that changes nothing', 'https://api.example.com/v1/usage.query')),
    body: Type.Optional(
      Type.Unknown({ description: 'the JSON of a POST; texts may have placeholders', examples: [{ key: '{keyId}' }] })
    ),
    list: Type.Optional(ListSchema)
  },
  { ...strict, description: 'one request', examples: [{ get: 'https://api.example.com/v1/usage' }] }
)
