import { Module } from '@nestjs/common';
import { LoginThrottle } from './login-throttle.js';

@Module({ providers: [LoginThrottle], exports: [LoginThrottle] })
export class ThrottleModule {}
