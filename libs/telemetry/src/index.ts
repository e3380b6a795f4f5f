export { LOG_FORMATS, logFormatOf, type LogFormat } from './log-format.js';
export { createLogger, LOG_LEVELS, terminalLog, type Logger, type LogLevel } from './logger.js';
export { NestLogger } from './nest-logger.js';
export { observeSampled, type Sampling } from './observe-sampled.js';
export { isUnavailable, outageReporter, reportBack, reportOutage, type Dependency } from './outages.js';
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
