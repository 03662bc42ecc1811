// What can be wrong with a DocSpace connection that no other provider knows, and what to do about it in DocSpace's own words.
// https://api.onlyoffice.com/docspace/api-backend/get-started/authentication/api-keys/
import type { Findings } from '../../findings.ts'

export const findings = {
  'api-key-rejected': [
    'The API key is not accepted: it is wrong, expired, or its user is disabled.',
    'Make a new API key, and give the connection that one.'
  ],
  'scope-too-narrow': ["The API key's scope is too narrow.", 'Make an API key with the scope * or *:read.'],
  'role-too-low': ["The API key is a guest's, who may see nothing.", 'Make the API key as an admin or the owner.'],
  'not-an-admin': [
    "The API key is a plain user's: it tells the storage only.",
    'Make the API key as an admin or the owner to have everything told.'
  ],
  'room-admin': [
    "The API key is a room admin's: it tells neither the free backups nor what is bought beside the plan.",
    'Make the API key as an admin or the owner to have everything told.'
  ],
  'portal-not-paid': [
    'The API key works, but the portal is not paid: its plan or its trial has expired.',
    "Renew the plan on the portal's payments page."
  ],
  'access-refused': [
    'Access is refused: the portal is being restored or encrypted, or this address is not allowed.',
    "Wait, or allow this server's address in the portal's security settings."
  ],
  'portal-not-found': ['There is no such portal, or it was suspended or renamed.', "Check the portal's address."]
} as const satisfies Findings
