export { createLogger, LOG_LEVELS, type Logger, type LogLevel } from './logger.js';
export { NestLogger } from './nest-logger.js';
export { observeSampled, type Sampling } from './observe-sampled.js';
export { withoutSecrets } from './redaction.js';
export { activeSpans, fail, inSharedSpan, inSpan, outsideSpans, startSpan, startSpanIn } from './spans.js';
export {
  activeTraceparent,
  childTraceparent,
  contextOf,
  isSampled,
  newTraceparent,
  traceFields,
  traceIdOf,
  traceparentOf,
} from './trace-context.js';
