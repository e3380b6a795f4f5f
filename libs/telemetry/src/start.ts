export { startTelemetry, stopTelemetry } from './lifecycle.js';
