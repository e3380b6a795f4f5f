import { Module } from '@nestjs/common';
import { HealthModule } from '../health/health.module.js';
import { StartPageController } from './start-page.controller.js';

@Module({ imports: [HealthModule], controllers: [StartPageController] })
export class StartPageModule {}
