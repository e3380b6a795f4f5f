/** Whether a SKU ran out, or is to be had again. In between nobody needs to be told. */
export function availabilityCrossing(before: number, after: number): 'depleted' | 'replenished' | undefined {
  if (before > 0 && after === 0) return 'depleted';
  if (before === 0 && after > 0) return 'replenished';
  return undefined;
}
