import { Module } from '@nestjs/common';
import { SalesController } from './sales.controller.js';
import { UnitsLeftReader } from './units-left-reader.js';

@Module({ controllers: [SalesController], providers: [UnitsLeftReader] })
export class SalesModule {}
