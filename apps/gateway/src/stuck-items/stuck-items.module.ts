import { Module } from '@nestjs/common';
import { StuckItemsController } from './stuck-items.controller.js';

@Module({ controllers: [StuckItemsController] })
export class StuckItemsModule {}
