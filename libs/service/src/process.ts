/** What a process without a database needs, too; `.` would bring one along. */
export { readConfig } from './config.js';
export { shared } from './shared.js';
export { exitOnSignal } from './shutdown.js';
