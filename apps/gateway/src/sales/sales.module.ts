import { Module } from '@nestjs/common';
import { SaleViews } from './sale-views.js';
import { SalesController } from './sales.controller.js';
import { UnitsLeftReader } from './units-left-reader.js';

@Module({ controllers: [SalesController], providers: [SaleViews, UnitsLeftReader] })
export class SalesModule {}
