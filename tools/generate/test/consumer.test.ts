import { orderStatusChanged, productChanged, stockReserved } from '@doorbuster/contracts';
import { expect, it } from 'vitest';
import { checkEvent, checkService } from '../src/consumer.js';
import { addConsumer, addController, addElement, addImport } from '../src/edit-sources.js';
import { sampleOf, type JsonSchema } from '../src/sample.js';

it('a service or an event that does not exist is refused with those that do', () => {
  expect(() => checkService('shipping')).toThrow(/no service "shipping"; there are catalog, orders/);
  expect(() => checkEvent('payments', 'OrderStatusChanged')).toThrow(/no event .*order-status-changed/);
  expect(() => checkEvent('payments', undefined)).toThrow(/no event ""/);
});

it('an event that the service reads already is refused', () => {
  expect(() => checkEvent('orders', 'product-changed')).toThrow(
    /reads product-changed already, by .*orders-prices/,
  );
});

it.each([orderStatusChanged, productChanged, stockReserved])(
  'a sample of $subject fits its contract',
  ({ schema }) => {
    const sample = sampleOf(schema.toJSONSchema({ io: 'input' }) as JsonSchema);
    expect(schema.safeParse(sample).error).toBeUndefined();
  },
);

it('an import is added once, to the others of its file', () => {
  const text = "import { a } from './x.js';\n";
  expect(addImport(text, 'b', './x.js')).toBe("import { a, b } from './x.js';\n");
  expect(addImport(text, 'a', './x.js')).toBe(text);
  expect(addImport(text, 'c', './y.js')).toBe(`import { c } from './y.js';\n${text}`);
});

it('a second consumer of a service is beside the first', () => {
  const topology = 'const DECLARED = {\n};\n\n/** The topology of every service. */';
  const first = addConsumer(topology, 'loyalty', 'A');
  expect(addConsumer(first, 'loyalty', 'B')).toContain('  loyalty: {\n    consumers: [A, B],\n  },\n};');
});

it('a handler is added to a root module with and without controllers', () => {
  const module = '@Module({\n  imports: [A],\n})\nexport class AppModule {}';
  const first = addController(module, 'B', './b.js');
  expect(first).toContain('  controllers: [B],\n})');
  expect(addController(first, 'C', './c.js')).toContain('controllers: [B, C]');
  expect(() => addElement('x', 'controllers: [', 'B')).toThrow('there is no "controllers: ["');
});
