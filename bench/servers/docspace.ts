// A DocSpace of the devkit in a process of its own, with portals that hold different plans; tells where, and their keys.
import { startFakeDocSpace } from '../../src/devkit/fake-docspace.ts'

const fake = await startFakeDocSpace('business')
const portals = [fake.portal, ...(['startup', 'trial', 'business-with-storage'] as const).map(fake.addPortal)]
fake.delayMs = Number(process.argv[2] ?? 0)
process.stdout.write(`${JSON.stringify({ url: fake.url, keys: portals.map(({ keys }) => keys.owner) })}\n`)
// What it remembers of each call would fill its memory.
setInterval(() => fake.calls.splice(0), 1000).unref()
