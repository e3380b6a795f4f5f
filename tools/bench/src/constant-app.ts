import 'reflect-metadata';
import { Body, Controller, Get, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';

/** The cost of the framework alone: the gateway's paths, answered with a constant. */
@Controller()
class Constant {
  @Post('v1/orders')
  order(@Body() _body: unknown): object {
    return { code: 'OUT_OF_STOCK' };
  }

  @Get('v1/products/:sku')
  product(): object {
    return { sku: 'SKU-1', name: 'Thing 1', price: { amount: 1_999, currency: 'USD' } };
  }
}

@Module({ controllers: [Constant] })
class ConstantModule {}

const app = await NestFactory.create<NestFastifyApplication>(ConstantModule, new FastifyAdapter(), {
  logger: false,
});
await app.listen(0, '127.0.0.1');
process.stdout.write(`${await app.getUrl()}\n`);
