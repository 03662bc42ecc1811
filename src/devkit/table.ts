// A table as programs for developers print it: columns as wide as their widest cell, two blanks between them.

/** The lines of a table, with a rule under its heads; cells that are missing are empty. */
export function tableOf(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map(row => row[column]?.length ?? 0)))
  const rule = widths.map(width => '-'.repeat(width))
  return [heads, rule, ...rows].map(cells => `${lineOf(cells, widths)}\n`).join('')
}

function lineOf(cells: readonly string[], widths: readonly number[]): string {
  return widths
    .map((width, column) => (cells[column] ?? '').padEnd(width))
    .join('  ')
    .trimEnd()
}
