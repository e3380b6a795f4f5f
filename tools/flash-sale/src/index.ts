export { parseOptions, type SaleOptions } from './options.js';
export { runSale, type Watchers } from './run-sale.js';
export type { SaleReport } from './report/report-data.js';
