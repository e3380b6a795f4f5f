import { Controller, Get, Header, Inject } from '@nestjs/common';
import { Allow } from '../../auth/allow.decorator.js';
import type { GatewayConfig } from '../../config.js';
import { CONFIG } from '../../tokens.js';
import { DOCS_PAGE, DOCS_SCRIPT } from './docs-page.js';
import { openApi } from './openapi.js';

@Controller()
@Allow('anyone')
export class DocsController {
  private readonly document: string;

  constructor(@Inject(CONFIG) { auth }: GatewayConfig) {
    this.document = JSON.stringify(openApi({ issuesTokens: auth.kind === 'secret' && auth.issuesTokens }));
  }

  @Get('openapi.json')
  @Header('content-type', 'application/json; charset=utf-8')
  openapi(): string {
    return this.document;
  }

  @Get('docs')
  @Header('content-type', 'text/html; charset=utf-8')
  docs(): string {
    return DOCS_PAGE;
  }

  @Get('docs/start.js')
  @Header('content-type', 'text/javascript; charset=utf-8')
  start(): string {
    return DOCS_SCRIPT;
  }
}
