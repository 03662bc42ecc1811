// Code that a configuration names, loaded: a file beside it, or a package that is installed there.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire, registerHooks } from 'node:module'
import { resolve } from 'node:path'
import { EXTENSION, ROOT } from '../../root.ts'

/** What modules import: the one of this program, wherever they are, so that an error of theirs is one of ours. */
const ADAPTER = 'quota-bridge/adapter'
const ADAPTER_URL = new URL(`adapter${EXTENSION}`, ROOT).href
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === ADAPTER ? { url: ADAPTER_URL, shortCircuit: true } : next(specifier, context)
})

export interface Loaded {
  /** What it exports, unchecked. */
  exports: Readonly<Record<string, unknown>>
  /** Its file has changed since this process loaded it: Node loads a file once. */
  isOutdated: boolean
}

/** By path, what each file held when it was loaded, and when that failed first. */
const loaded = new Map<string, string>()
const failed = new Map<string, string>()

/**
 * The module, `./file.ts` from a folder or a package as it is installed there; or in words why it cannot be loaded, and what would
 * be right. It is loaded without waiting, so that whoever reads a configuration need not wait either.
 */
export function loadModule(name: string, folder: string): Loaded | string {
  const require = createRequire(resolve(folder, 'configuration.yaml'))
  let path: string
  try {
    path = require.resolve(name)
  } catch (error) {
    return whyNotFound(error)
  }
  const digest = createHash('sha256').update(readFileSync(path)).digest('base64')
  try {
    const exports: unknown = require(path)
    const known = loaded.get(path) ?? digest
    loaded.set(path, known)
    return { exports: { ...Object(exports) }, isOutdated: known !== digest }
  } catch (error) {
    const known = failed.get(path) ?? digest
    failed.set(path, known)
    return known === digest
      ? whyNotLoaded(error)
      : 'could not be loaded when it was another; start again, since Node does not load it anew'
  }
}

function whyNotFound(error: unknown): string {
  return codeOf(error) === 'ERR_PACKAGE_PATH_NOT_EXPORTED'
    ? 'is a package that exports nothing under that name to be loaded at once; give its exports the condition "default"'
    : "cannot be found; write a file's path from the configuration's folder, such as ./my-adapter.ts, or install the package there"
}

const MESSAGE_MAX = 200
/** What Node says of import and export in a file that it takes for CommonJS. */
const AS_COMMON_JS = /import statement outside a module|Unexpected token 'export'/

function whyNotLoaded(error: unknown): string {
  const code = codeOf(error)
  const [message = ''] = (error instanceof Error ? error.message : '').split('\n')
  const told = message.slice(0, MESSAGE_MAX)
  if (code === 'ERR_REQUIRE_ASYNC_MODULE')
    return 'waits (await) at its top level, where it must be loaded at once; wait in fetchReport instead'
  if (code === 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING')
    return 'is a package of TypeScript, which Node runs only outside of node_modules; compile it to JavaScript'
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND')
    return `needs what is not there: ${told}; install it beside the module`
  if (error instanceof SyntaxError && AS_COMMON_JS.test(told))
    return 'is taken for CommonJS, as a package.json above it says; call it .mts or .mjs, or write "type": "module" there'
  if (error instanceof SyntaxError)
    return `is not JavaScript, or TypeScript whose types can be taken out: ${told}; correct it`
  const name = error instanceof Error ? error.name : 'what is no error'
  return `throws ${name} when it is loaded${told === '' ? '' : `: ${told}`}; see that it can be loaded by itself`
}

/** Of an error of Node's; undefined when it has none. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
