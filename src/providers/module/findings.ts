// What can be wrong with code that a configuration names.
import type { Findings } from '../../findings.ts'

export const findings = {
  'adapter-failed': [
    'The adapter failed, through a fault of its own.',
    "Look for adapter-failed in the service's log, and run quota-bridge adapter test on the module."
  ],
  'report-unusable': [
    'What the adapter reports is no report, or holds a secret.',
    "Look for report-unusable in the service's log, and run quota-bridge adapter test on the module."
  ]
} as const satisfies Findings
