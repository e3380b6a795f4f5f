/** Tells the rows of a trace apart. A shared transaction can stand in several places, so what it stands under counts. */
export function withKeys(rows) {
  const path = [];
  const services = [];
  return rows.map((row) => {
    path.length = row.depth;
    const key = `${path[row.depth - 1] ?? ''}/${row.spanId}`.slice(-50);
    path[row.depth] = row.spanId;
    services[row.depth] = row.service;
    // Most spans are of their parent's service; saying so on every row would take the room that names need.
    return { ...row, key, changesService: row.depth === 0 || services[row.depth - 1] !== row.service };
  });
}

/** The rows that are not below a folded one, each with whether something is below it. */
export function unfolded(rows, folded) {
  let hiddenBelow = Infinity;
  return rows.flatMap((row, index) => {
    if (row.depth > hiddenBelow) return [];
    hiddenBelow = folded.has(row.key) ? row.depth : Infinity;
    return [{ ...row, isParent: (rows[index + 1]?.depth ?? 0) > row.depth }];
  });
}
