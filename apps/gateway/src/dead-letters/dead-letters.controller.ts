import {
  deadLetterFilter,
  dismissalBody,
  type Actor,
  type DeadLetter,
  type DeadLetterFilter,
  type DismissalBody,
  type Page,
} from '@doorbuster/contracts';
import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { Allow, Caller } from '../edge/identity.js';
import { noBody, type NoBody, DEAD_LETTER_ID } from '../edge/request-input.js';
import { DeadLettersService } from './dead-letters.service.js';

@Controller('v1/dead-letters')
@Allow('operator', 'admin')
export class DeadLettersController {
  constructor(private readonly deadLetters: DeadLettersService) {}

  @Get()
  list(@Query({ schema: deadLetterFilter }) filter: DeadLetterFilter): Promise<Page<DeadLetter>> {
    return this.deadLetters.list(filter);
  }

  @Post(':id/replay')
  @HttpCode(200)
  replay(
    @Caller() actor: Actor,
    @Param('id', DEAD_LETTER_ID) id: string,
    @Body({ schema: noBody }) _body: NoBody,
  ): Promise<DeadLetter> {
    return this.deadLetters.replay(actor, id);
  }

  @Post(':id/dismiss')
  @Allow('admin')
  @HttpCode(200)
  dismiss(
    @Caller() actor: Actor,
    @Param('id', DEAD_LETTER_ID) id: string,
    @Body({ schema: dismissalBody }) { reason }: DismissalBody,
  ): Promise<DeadLetter> {
    return this.deadLetters.dismiss(actor, id, reason);
  }
}
