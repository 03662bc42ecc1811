// The committed list of mutations: mistakes that somebody could make in the code, each of which a test must notice.
// `list/quota/show.json` holds those of `src/quota/show.ts`.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Static, Type, Value } from '../../src/schema.ts'

const strict = { additionalProperties: false }
const Text = Type.String({ minLength: 1 })

const Mutation = Type.Object(
  {
    /** Short, and the only one of that name in its file. */
    name: Text,
    /** Stands in the source file exactly once. */
    find: Text,
    /** What takes its place. */
    put: Type.String(),
    /** What a user would suffer from it. */
    harm: Text,
    /** Test files to run before those of the source file. */
    tests: Type.Optional(Type.Array(Text)),
    /** Why no test sees it, of one that may survive. */
    survives: Type.Optional(Text)
  },
  strict
)

const MutationsOfFile = Type.Object(
  {
    /** Test files that look at it most closely, quickest first. */
    tests: Type.Array(Text, { minItems: 1 }),
    mutations: Type.Array(Mutation, { minItems: 1 })
  },
  strict
)

/** A mutation, with where it is made and what is run. */
export interface Mutant extends Static<typeof Mutation> {
  file: string
  /** Test files that are run first. */
  nearest: string[]
  /** Folders and test files that are run when those let it pass. */
  wider: readonly string[]
}

/** For each part of the source what may notice a mistake in it, beside the tests that look at it most closely. */
const WIDER: Readonly<Record<string, readonly string[]>> = {
  'src/pages': ['test/pages', 'test/public/upgrade-page.test.ts'],
  'src/wix': ['test/wix', 'test/public', 'test/contract/generated-requests.test.ts'],
  'src/presentation': ['test/presentation', 'test/config', 'test/public', 'test/freshness/shown.test.ts'],
  'src/providers': ['test/providers', 'test/config', 'test/public', 'test/management', 'test/freshness'],
  'src/observe': ['test/observe', 'test/management/tokens.test.ts'],
  'src/public': ['test/observe', 'test/public'],
  'src/quota': ['test/quota', 'test/public', 'test/freshness', 'test/two-replicas.test.ts'],
  'src/store': ['test/store', 'test/management', 'test/main.test.ts'],
  'src/workers': ['test/workers']
}

/** `src/wix` of `src/wix/envelope.ts`. */
export function roomOf(file: string): string {
  return file.split('/').slice(0, 2).join('/')
}

/** The list, as it stands in a tree, and in words what is wrong with it: a mutation that cannot be made any more proves nothing. */
export function readMutants(root: string): { mutants: Mutant[]; mistakes: string[] } {
  const lists = globSync('**/*.json', { cwd: join(root, 'test/mutation/list') }).sort()
  const mutants = lists.flatMap(list => readList(root, list))
  return { mutants, mistakes: mutants.flatMap(mutant => mistakesIn(root, mutant, mutants)) }
}

function readList(root: string, list: string): Mutant[] {
  const content: unknown = JSON.parse(readFileSync(join(root, 'test/mutation/list', list), 'utf8'))
  if (!Value.Check(MutationsOfFile, content)) {
    const { path, message } = Value.Errors(MutationsOfFile, content).First() ?? {}
    throw new Error(`test/mutation/list/${list} is not as it should be: ${path}: ${message}`)
  }
  const file = `src/${list.replace(/json$/, 'ts')}`
  return content.mutations.map(mutation => ({
    ...mutation,
    file,
    nearest: [...new Set([...(mutation.tests ?? []), ...content.tests])],
    wider: WIDER[roomOf(file)] ?? []
  }))
}

function mistakesIn(root: string, { name, file, find, put }: Mutant, all: readonly Mutant[]): string[] {
  const times = readFileSync(join(root, file), 'utf8').split(find).length - 1
  const same = all.filter(other => other.file === file && other.name === name)
  return [
    ...(times === 1 ? [] : [`${file}: ${name}: what it changes stands there ${times} times, not once`]),
    ...(find === put ? [`${file}: ${name}: it changes nothing`] : []),
    ...(same.length === 1 ? [] : [`${file}: ${name}: another one has this name`])
  ]
}
