import { refuse, type Reply } from '@doorbuster/contracts';
import { QueueFullError } from '@doorbuster/messaging';
import { CommitDeadlineError, CommitUnknownError, isTransient, logRetry } from '@doorbuster/persistence';
import type { Logger } from '@doorbuster/telemetry';
import { Catch, Inject, type ArgumentsHost, type RpcExceptionFilter } from '@nestjs/common';
import type { NatsContext } from '@nestjs/microservices';
import { of, type Observable } from 'rxjs';
import { LOGGER } from '../configuration/configuration.module.js';
import { RpcRefusedError } from './rpc-refused.error.js';

/** Turns an exception of a handler into a refusal. */
@Catch()
export class RpcErrorFilter implements RpcExceptionFilter {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  catch(err: unknown, host: ArgumentsHost): Observable<Reply<never>> {
    // Only RPCs are refused. The HTTP health endpoints throw no error.
    if (host.getType() !== 'rpc') throw err;
    if (err instanceof RpcRefusedError) {
      const subject = host.switchToRpc().getContext<NatsContext>().getSubject();
      this.logger.warn({ subject, code: err.code, detail: err.detail }, 'request refused');
      return of(refuse(err.code, err.detail));
    }
    return of(refusalOf(err, this.logger));
  }
}

/**
 * An exception is a bug or broken infrastructure. It is logged, and the reply has one of a few stable codes. With
 * `SERVICE_TIMEOUT` the change may have been made; with every other code it was not.
 */
export function refusalOf(err: unknown, logger: Logger): Reply<never> {
  if (err instanceof QueueFullError) {
    return refuse('SERVICE_UNAVAILABLE', 'Too much is waiting already. Try again in a moment.');
  }
  if (err instanceof CommitDeadlineError) {
    logger.info({ err }, 'RPC came too late, nothing was changed');
    return refuse('SERVICE_TIMEOUT', 'There was not enough time left, and nothing was changed. Try again.');
  }
  if (err instanceof CommitUnknownError) {
    logger.warn({ err }, 'RPC not answered, the commit may have succeeded');
    return refuse(
      'SERVICE_TIMEOUT',
      'The database did not tell whether the change was made. Look, or try again.',
    );
  }
  if (isTransient(err)) {
    logRetry(logger, err, 'RPC not answered, the database or the broker is unavailable');
    return refuse('SERVICE_UNAVAILABLE', 'A part of the platform is restarting. Try again in a moment.');
  }
  logger.error({ err }, 'RPC failed');
  return refuse('INTERNAL_ERROR', 'Something went wrong on our side.');
}
