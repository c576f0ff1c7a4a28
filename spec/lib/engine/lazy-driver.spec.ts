import { jest } from '@jest/globals';

describe('the driver of DuckDB', () => {
  it('is not loaded by importing the warehouse, nor by opening one', async () => {
    const loaded = jest.fn(() => {
      throw new Error('the driver was loaded');
    });
    jest.unstable_mockModule('@duckdb/node-api', loaded);
    const { EmbeddedWarehouse } = await import('../../../lib/warehouse.js');
    const warehouse = new EmbeddedWarehouse({ root: 'nowhere' });
    expect(loaded).not.toHaveBeenCalled();
    await expect(warehouse.query('SELECT 1').toArray()).rejects.toThrow('the driver was loaded');
  });
});
