import { Module } from '@nestjs/common';
import { SalesHandler } from './sales.handler.js';
import { SalesRepository } from './sales.repository.js';

@Module({ controllers: [SalesHandler], providers: [SalesRepository], exports: [SalesRepository] })
export class SalesModule {}
