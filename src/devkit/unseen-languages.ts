// Lists of language tags as nobody has sent them yet: what they cost must not add up.

const LETTERS = 'abcdefghijklmnopqrstuvwxyz'
const OURS = ['en', 'de', 'es', 'fr', 'pt', 'ar', 'zh', 'he', 'ru', 'fi']

/** The n-th list of 20 well-formed tags: languages of ours and others, scripts and regions, few of which there are. */
export function unseenTags(n: number): string[] {
  return Array.from({ length: 20 }, (_, index) => unseenTag(n * 20 + index))
}

function unseenTag(n: number): string {
  // Some of any letters, some of the three letters that languages have, some of ours.
  const language = [word(n, 6), word(n, 3), OURS[n % OURS.length]][n % 3]
  const region = word(Math.floor(n / 3), 2).toUpperCase()
  return [language, word(Math.floor(n / 7), 4), region, 'x', n.toString(36)].join('-')
}

function word(n: number, letters: number): string {
  return Array.from({ length: letters }, (_, place) => LETTERS[Math.floor(n / 26 ** place) % 26]).join('')
}
