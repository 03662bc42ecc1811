/**
 * The size of an lru-cache: at most so many entries. Given as `max` it would make room for all of them beforehand, some 200 KB for
 * 10,000, of which most services never have use. https://isaacs.github.io/node-lru-cache/#storage-bounds-safety
 */
export function atMost(entries: number): { maxSize: number; sizeCalculation: () => number } {
  return { maxSize: entries, sizeCalculation: () => 1 }
}
