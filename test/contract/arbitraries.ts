// Every answer of DocSpace that its schema allows, and some that it does not.
import fc from 'fast-check'

/** Names that a careless look-up finds in every object. */
const INHERITED = ['constructor', 'toString', '__proto__', 'hasOwnProperty', 'valueOf']
const KIB = [1, 2, 3, 4, 5].map(power => 1024 ** power)
const EDGES = [0, -1, -2, 1, 2, 0.5, -0.5, 1e21, 5e-324, Number.MAX_VALUE, 2 ** 31, 2 ** 53 - 1, 2 ** 53, 2 ** 63]

/** Texts of any script; lone surrogates, blanks and nothing at all among them. */
export const anyText = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: 'grapheme', maxLength: 30 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
  { weight: 1, arbitrary: fc.string({ maxLength: 400 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', minLength: 90, maxLength: 120 }) },
  { weight: 1, arbitrary: fc.array(fc.nat(0xffff), { maxLength: 8 }).map(codes => String.fromCharCode(...codes)) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '',
      ' ',
      '\t\n',
      '\u00a0',
      'null',
      '{name}',
      "'{'",
      '<b>bold</b>',
      '"',
      '\\',
      '-1 bytes per admin',
      '\u202eSeats\u202c\u0007',
      '\u200b\u200d',
      '\u3164'
    )
  }
)
const optionalText = fc.option(anyText)

const amount = fc.oneof(
  { weight: 6, arbitrary: fc.nat(120) },
  { weight: 2, arbitrary: fc.maxSafeNat() },
  { weight: 2, arbitrary: fc.constantFrom(...EDGES) },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constantFrom(...KIB), fc.integer({ min: -2, max: 2000 })).map(([unit, n]) => unit + n)
  },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom(...KIB), fc.nat(1100)).map(([unit, times]) => unit * times) },
  { weight: 1, arbitrary: fc.integer() },
  { weight: 1, arbitrary: fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n }).map(Number) },
  { weight: 1, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) }
)
const allowed = fc.oneof(
  { weight: 6, arbitrary: amount },
  { weight: 2, arbitrary: fc.constant(-1) },
  { weight: 1, arbitrary: fc.boolean() }
)

/** What newer versions may add. */
const additions = fc.option(
  fc.dictionary(fc.string({ maxLength: 12 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 }),
  {
    nil: {},
    freq: 3
  }
)

const featureFields = {
  id: fc.oneof(
    {
      weight: 8,
      arbitrary: fc.constantFrom('room', 'manager', 'total_size', 'users', 'aiagent', 'free_backup', 'file_size')
    },
    { weight: 2, arbitrary: fc.constantFrom('branding', '*', ' ', ...INHERITED) },
    { weight: 1, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }) }
  ),
  type: fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom('count', 'size') },
    { weight: 1, arbitrary: fc.constantFrom('flag', 'Count', '', ...INHERITED) },
    { weight: 1, arbitrary: anyText }
  ),
  value: allowed,
  title: optionalText,
  priceTitle: optionalText
}
const mostlyTold = fc.record({ value: amount, title: anyText }, { requiredKeys: ['value'] })
const seldomTold = fc.record({ value: amount, title: anyText }, { requiredKeys: [] })
const feature = fc
  .tuple(
    additions,
    fc.oneof(
      {
        weight: 3,
        arbitrary: fc.record({ ...featureFields, used: mostlyTold }, { requiredKeys: ['id', 'type', 'value', 'used'] })
      },
      {
        weight: 1,
        arbitrary: fc.record({ ...featureFields, used: seldomTold }, { requiredKeys: ['id', 'type', 'value'] })
      }
    )
  )
  .map(([more, told]) => ({ ...more, ...told }))

const digits = (max: number, length: number) => fc.nat(max).map(number => String(number).padStart(length, '0'))
const zone = fc.oneof(
  fc.constantFrom('', 'Z', '+04:00', '-11:30', '+14:00'),
  fc.tuple(digits(99, 2), digits(99, 2)).map(([hours, minutes]) => `+${hours}:${minutes}`)
)
/** Dates in DocSpace's form, whether there is such a day or not. */
const formedDate = fc
  .tuple(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom('2026', '2027', '2028') },
      { weight: 1, arbitrary: digits(9999, 4) }
    ),
    fc.oneof({ weight: 4, arbitrary: fc.constantFrom('02', '06', '12') }, { weight: 1, arbitrary: digits(13, 2) }),
    digits(32, 2),
    fc.oneof({ weight: 4, arbitrary: digits(23, 2) }, { weight: 1, arbitrary: digits(25, 2) }),
    digits(60, 2),
    digits(60, 2),
    fc.constantFrom('', '.0000000', '.1234567', '.9', '.12345678'),
    zone
  )
  .map(([year, month, day, hours, minutes, seconds, fraction, offset]) =>
    [`${year}-${month}-${day}T${hours}:${minutes}:${seconds}`, fraction, offset].join('')
  )
const anyDate = fc.oneof(
  { weight: 6, arbitrary: formedDate },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      null,
      '',
      '0001-01-01T00:00:00',
      '9999-12-31T23:59:59.9999999Z',
      '9998-12-31T23:59:59-14:00',
      '2026-12-31',
      '2027-01-12T01:20:00.0000000+04:00'
    )
  },
  // Of the day on which the answers are asked for, and of the day before.
  {
    weight: 1,
    arbitrary: fc.constantFrom('2026-11-22T00:00:00.0000000Z', '2026-11-22T23:59:59Z', '2026-11-22T03:00:00+04:00')
  },
  { weight: 1, arbitrary: anyText }
)

const planId = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(-1, -2, -3, -6, -7, -8, -9, -10, -11, -11, -12, -14, -15, -16, -17, -18, -1000)
  },
  { weight: 1, arbitrary: fc.maxSafeInteger() },
  { weight: 1, arbitrary: fc.constantFrom(0, 1e21, Number.MAX_VALUE) }
)
const quantity = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -2, max: 500 }) },
  { weight: 1, arbitrary: fc.maxSafeInteger() },
  { weight: 1, arbitrary: fc.constantFrom(1e21, 1e300, -1e300, Number.MAX_VALUE) }
)

/** The quota answer's `response`, as its schema allows it. */
export const quotaResponse = fc
  .tuple(
    additions,
    fc.record(
      {
        id: planId,
        title: optionalText,
        trial: fc.boolean(),
        features: fc.array(feature, { maxLength: 10 }),
        tenantCustomQuota: fc.record(
          { enableQuota: fc.boolean(), quota: amount.map(number => (number > 100 ? number : number - 2)) },
          { requiredKeys: ['enableQuota'] }
        )
      },
      { requiredKeys: ['id', 'features'] }
    )
  )
  .map(([more, told]) => ({ ...more, ...told }))
export type GeneratedQuota = typeof quotaResponse extends fc.Arbitrary<infer Value> ? Value : never

const row = fc.record(
  {
    id: planId,
    quantity,
    wallet: fc.boolean(),
    state: fc.oneof({ weight: 6, arbitrary: fc.constantFrom(0, 0, 1) }, { weight: 1, arbitrary: fc.integer() }),
    dueDate: anyDate
  },
  { requiredKeys: ['id'] }
)
/** As versions before 3.8 list them, as those since do, and as none should. */
const rows = fc.oneof(
  fc.array(row, { maxLength: 5 }),
  fc.array(
    fc.tuple(row, fc.boolean()).map(([told, additional]) => ({ ...told, additional })),
    { maxLength: 5 }
  ),
  fc.array(
    fc
      .tuple(row, fc.record({ additional: fc.boolean() }, { requiredKeys: [] }))
      .map(([told, more]) => ({ ...told, ...more })),
    { maxLength: 5 }
  )
)

/** The tariff answer's `response`, as its schema allows it. */
export const tariffResponse = fc.record(
  {
    state: fc.oneof({ weight: 6, arbitrary: fc.constantFrom(0, 1, 1, 2, 3) }, { weight: 1, arbitrary: fc.integer() }),
    dueDate: anyDate,
    delayDueDate: anyDate,
    openSource: fc.boolean(),
    enterprise: fc.boolean(),
    developer: fc.boolean(),
    quotas: rows
  },
  { requiredKeys: [] }
)
export type GeneratedTariff = typeof tariffResponse extends fc.Arbitrary<infer Value> ? Value : never
