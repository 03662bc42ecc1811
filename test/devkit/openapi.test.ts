import { readFileSync } from 'node:fs'
import t from 'tap'
import packageJson from '../../package.json' with { type: 'json' }
import { generateOpenApi } from '../../src/devkit/openapi.ts'

t.test('openapi.yaml is what the route schemas say; `npm run openapi` writes it anew', async t => {
  t.equal(readFileSync('openapi.yaml', 'utf8'), await generateOpenApi(packageJson.version))
})
