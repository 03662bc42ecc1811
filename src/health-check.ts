// What a container's health check runs: asks the service at the address that it wrote down when it began to listen.
// Ends with 0 when it lives, with 1 when it does not.
import { readFileSync } from 'node:fs'

const { QUOTA_BRIDGE_ADDRESS_FILE = '', PORT = '8080' } = process.env

/** Without the file, where its folder cannot be written to, the port is what the environment says, or the usual one. */
function origin(): string {
  try {
    return new URL(readFileSync(QUOTA_BRIDGE_ADDRESS_FILE, 'utf8')).origin
  } catch {
    return `http://127.0.0.1:${PORT}`
  }
}

process.exitCode = await fetch(`${origin()}/health/live`).then(
  ({ ok }) => (ok ? 0 : 1),
  () => 1
)
