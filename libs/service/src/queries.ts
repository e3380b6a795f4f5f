import { refuse, type QueryContract, type Reply } from '@doorbuster/contracts';
import { QueueFullError } from '@doorbuster/messaging';
import { CommitDeadlineError, CommitUnknownError, isTransient } from '@doorbuster/persistence';
import type { Logger } from '@doorbuster/telemetry';
import { Catch, type RpcExceptionFilter } from '@nestjs/common';
import { MessagePattern, Transport } from '@nestjs/microservices';
import { of, type Observable } from 'rxjs';

/**
 * Binds a controller's method to a query: `@Answers(getOrder)`. The method gets the request, which the gateway has
 * validated and only the gateway may send, and answers with a `Reply`.
 */
export const Answers = (contract: Pick<QueryContract, 'subject'>): MethodDecorator =>
  MessagePattern(contract.subject, Transport.NATS);

/** An exception is a bug or broken infrastructure; it leaves the service as one of two stable codes. */
@Catch()
export class QueryExceptionFilter implements RpcExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(err: unknown): Observable<Reply<never>> {
    if (err instanceof QueueFullError) {
      return of(refuse('SERVICE_UNAVAILABLE', 'Too much is waiting already. Try again in a moment.'));
    }
    if (err instanceof CommitDeadlineError) {
      this.logger.info({ err }, 'query came too late, nothing was changed');
      return of(
        refuse('SERVICE_TIMEOUT', 'There was not enough time left, and nothing was changed. Try again.'),
      );
    }
    if (err instanceof CommitUnknownError) {
      this.logger.warn({ err }, 'query not answered, the commit may have succeeded');
      return of(
        refuse(
          'SERVICE_TIMEOUT',
          'The database did not tell whether the change was made. Look, or try again.',
        ),
      );
    }
    if (isTransient(err)) {
      this.logger.warn({ err }, 'query not answered, the database or the broker is away');
      return of(
        refuse('SERVICE_UNAVAILABLE', 'A part of the platform is restarting. Try again in a moment.'),
      );
    }
    this.logger.error({ err }, 'query failed');
    return of(refuse('INTERNAL_ERROR', 'Something went wrong on our side.'));
  }
}
