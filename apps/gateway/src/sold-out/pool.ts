/** What units are taken from together: who finds it empty finds all of it empty. */
export type PoolKey = string;

/** The pool that an order's line takes its units from. */
export const poolOf = ({ sku }: { sku: string }): PoolKey => sku;
