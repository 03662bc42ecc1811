// What an upstream calls things, as people may be shown it.
import * as fc from 'fast-check'
import t from 'tap'
import { visibleText } from '../../src/providers/upstream-text.ts'

t.test('a name stays as it is', async t => {
  for (const name of [
    'Seats',
    'Räume & Gäste',
    'غرفة',
    'חדרים',
    'कमरे',
    'ห้อง',
    '房間',
    '1 000 €',
    'e\u0301te\u0301',
    '👍'
  ])
    t.equal(visibleText(name), name)
})

t.test('it loses what steers a terminal or the direction of writing, and what has no width', async t => {
  t.equal(visibleText('Sea\u0000ts\u001b[31m\u009b'), 'Seats[31m')
  t.equal(visibleText('\u202eSeats\u202c \u2066now\u2069\u200e\u200f\u061c'), 'Seats now')
  t.equal(visibleText('S\u200be\u200ca\u200dt\u2060s\ufeff\u00ad\u180e'), 'Seats')
  t.equal(visibleText('Seats\u{e0041}\u{e0020}\ufe0f'), 'Seats', 'also what hides text behind a character')
  t.equal(visibleText('Se\ufeffats'), 'Seats')
  t.equal(visibleText('Seats\ud83d'), 'Seats', 'and half a character')
})

t.test('blanks at its ends go, and lines become one', async t => {
  t.equal(visibleText('  Seats\r\n\tof\u2028all \u00a0users\n'), 'Seats of all users')
})

t.test('it is cut at 100 characters, between characters', async t => {
  t.equal(visibleText('x'.repeat(100)), 'x'.repeat(100))
  t.equal(visibleText('x'.repeat(200_000)), 'x'.repeat(100))
  t.equal(visibleText(`${'x'.repeat(99)}👍`), 'x'.repeat(99))
  t.equal(visibleText(`${'x'.repeat(99)}e\u0301`), 'x'.repeat(99))
  t.equal(visibleText(`${'x'.repeat(99)} and more`), 'x'.repeat(99))
  t.equal(visibleText(`${'\u200b'.repeat(500)}Seats`), 'Seats', 'what cannot be seen does not count')
})

t.test('where nothing visible is left there is no name', async t => {
  for (const text of [
    '',
    ' ',
    '\u00a0\t',
    '\u200b\u200d',
    '\u202e',
    '\u3164',
    '\u115f\u1160',
    '\u2800',
    '\u0301',
    '\ud800'
  ])
    t.equal(visibleText(text), undefined, JSON.stringify(text))
  t.equal(visibleText(null), undefined)
  t.equal(visibleText(undefined), undefined)
  t.equal(visibleText(`e${'\u0301'.repeat(500)}`), undefined, 'nor where its first character is longer than all may be')
})

t.test('whatever the text, what comes out is short, visible and well-formed, and stays so', async t => {
  const unit = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 3 }),
    fc.nat(0xffff).map(code => String.fromCharCode(code))
  )
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 150 }), parts => {
      const text = visibleText(parts.join(''))
      if (text === undefined) return true
      const hidden = /[\p{Cc}\p{Cs}\p{Bidi_Control}\u200b-\u200d\u2060\ufeff]/u.test(text)
      return text.length <= 100 && text.trim() === text && text !== '' && !hidden && visibleText(text) === text
    }),
    { numRuns: 2000 }
  )
  t.pass()
})
