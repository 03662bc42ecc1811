// Run it with: node --test
import { deepEqual } from 'node:assert/strict'
import { test } from 'node:test'
import { convert } from './adapter.mts'

const connection = { url: 'https://acme.tally.example' }
const plan = { id: 'team', name: 'Team' }
const seats = { feature: 'seats', name: { en: 'Seats', de: 'Plätze' }, unit: 'count' }

test('seats are told with their limit and the day on which they renew', () => {
  const { groups } = convert({ plan, seats: { used: 7, max: 10 }, renews: '2099-01-01T00:00:00Z' }, connection)
  deepEqual(groups[0]?.plans, [plan])
  deepEqual(groups[0]?.quotas, [{ ...seats, used: 7, limit: 10, renewsAt: new Date('2099-01-01T00:00:00Z') }])
})

test('no limit is unlimited, and what is not told is left out', () => {
  deepEqual(convert({ plan, seats: { used: 7 } }, connection).groups[0]?.quotas, [
    { ...seats, used: 7, limit: 'unlimited' }
  ])
  deepEqual(convert({ plan }, connection).groups[0]?.quotas, [])
})
