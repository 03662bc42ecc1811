// npm run openapi: writes openapi.yaml.
import { writeFileSync } from 'node:fs'
import packageJson from '../../package.json' with { type: 'json' }
import { generateOpenApi } from './openapi.ts'

writeFileSync(new URL('../../openapi.yaml', import.meta.url), await generateOpenApi(packageJson.version))
