import { tokenBody, type AccessToken, type TokenBody } from '@doorbuster/contracts';
import { Body, Controller, Header, HttpCode, Post } from '@nestjs/common';
import { Allow } from '../edge/identity.js';
import { TokenIssuer } from './token-issuer.js';

@Controller('v1/auth')
export class AuthController {
  constructor(private readonly issuer: TokenIssuer) {}

  @Post('token')
  @Allow('anyone')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  token(@Body({ schema: tokenBody }) body: TokenBody): Promise<AccessToken> {
    return this.issuer.issue(body);
  }
}
