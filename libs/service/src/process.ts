/** What a process needs before and after everything else, without the database that `.` brings along. */
export { readConfig } from './config.js';
export { exitOnSignal } from './shutdown.js';
