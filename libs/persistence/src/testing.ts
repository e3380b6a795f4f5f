export { entityMismatches } from './testing/entity-mismatches.js';
