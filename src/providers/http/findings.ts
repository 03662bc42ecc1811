// What can be wrong with a mapping and its connections that every provider does not know.
import type { Findings } from '../../findings.ts'

export const findings = {
  'not-found': [
    'The API knows nothing under the values of the connection.',
    'Check these values; an operator compares the URL of the request with the documentation of the API.'
  ],
  'request-refused': [
    'The API does not take the request as it is made.',
    'Check the values of the connection; an operator compares the request with the documentation of the API.'
  ],
  'connection-unfit': [
    'A value of the connection, or of an earlier answer, cannot stand in the URL of a request.',
    'Check the values of the connection.'
  ],
  'list-not-whole': [
    'A list of the API could not be read to its end: it has too many pages or items, or something came twice.',
    "Look for list-not-whole in the service's log; ask for larger pages, for less, or for a sum that the API makes itself."
  ],
  'value-missing': [
    'A value that must be there is missing in the answer, or cannot be used.',
    "Look into the service's log for what was left out, and compare its pointer with an answer of the API."
  ],
  'nothing-found': [
    'None of the quotas can be read from the answers.',
    "Look into the service's log for what was left out, and compare its pointers with an answer of the API."
  ]
} as const satisfies Findings
