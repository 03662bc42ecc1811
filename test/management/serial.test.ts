// Many changes of one site at once: what is answered and what the audit tells is what some order of them, one by one, would give.
import fc from 'fast-check'
import t from 'tap'
import { onEachEngine } from '../helpers/engines.ts'
import { startManagedBridge } from '../helpers/manage.ts'

onEachEngine(({ name, newUrl }) => {
  t.test(`${name}: a PUT that was saved is answered with what it saved, whatever happens meanwhile`, async t => {
    const { connect, manage } = await startManagedBridge(t, { store: { url: await newUrl(t) } })
    const urlOf = (number: number) => `https://portal-${number}.onlyoffice.com`
    const change = fc.constantFrom('put', 'put', 'delete', 'check')
    let number = 0
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 2, maxLength: 12 }), async changes => {
        const site = `site-${++number}`
        const answers = await Promise.all(
          changes.map(async what => {
            if (what === 'put') {
              const url = urlOf(++number)
              const answer = await connect(site, { url, apiKey: 'sk-fake-some-key' })
              const told = JSON.parse(await answer.text())
              if (told.connection?.url !== url) throw new Error(`${answer.status} for ${url}: ${JSON.stringify(told)}`)
              return answer.status
            }
            const method = what === 'delete' ? 'DELETE' : 'GET'
            return (await manage(method, `v1/connections/sites/${site}`)).status
          })
        )
        const page = JSON.parse(await (await manage('GET', 'v1/audit?limit=50')).text())
        const actions: string[] = page.entries
          .filter(({ instanceId }: { instanceId: string }) => instanceId === site)
          .map(({ action }: { action: string }) => action)
          .reverse()
        let isThere = false
        for (const action of actions) {
          if (action === 'connection.created' ? isThere : !isThere) throw new Error(actions.join())
          isThere = action !== 'connection.deleted'
        }
        const count = (action: string) => actions.filter(each => each === action).length
        const told = (status: number) => answers.filter(each => each === status).length
        if (told(201) !== count('connection.created')) throw new Error(`${told(201)} times 201: ${actions.join()}`)
        if (told(204) !== count('connection.deleted')) throw new Error(`${told(204)} times 204: ${actions.join()}`)
        const found = await manage('GET', `v1/connections/sites/${site}`)
        if ((found.status === 200) !== isThere) throw new Error(`${found.status} after ${actions.join()}`)
      }),
      { numRuns: 40 }
    )
    t.pass('no answer but of a serial order')
  })
})
