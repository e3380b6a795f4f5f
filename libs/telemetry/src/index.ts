export { createLogger, LOG_LEVELS, type Logger, type LogLevel } from './logger.js';
export { NestLogger } from './nest-logger.js';
export { childTraceparent, newTraceparent, traceIdOf } from './trace-context.js';
