/** `init`: creates the tables that are missing. */
import { OaError } from '../../schemas/errors.js';
import { defaultLayout, openWarehouse } from '../open-warehouse.js';
import { parse, settingsOf } from './arguments.js';
import type { Command } from './main.js';

export const init: Command = {
  help: `init [--tables documented|spot-1.0]
creates the tables that are missing, with the design document's columns or Spot 1.0's (the default with a spot.conf, or
where such tables are); on Impala and Hive the database too`,

  async run(args) {
    const { values } = parse(args, { tables: { type: 'string' } });
    const settings = await settingsOf(values);
    const layout = values.tables ?? defaultLayout(settings);
    if (layout !== undefined && layout !== 'documented' && layout !== 'spot-1.0') {
      throw new OaError('USAGE', `--tables ${layout}: expected documented or spot-1.0`);
    }
    const warehouse = await openWarehouse(settings, { layout: null });
    try {
      const made = await warehouse.init(layout);
      const rest = warehouse.tables.length - made.length;
      const lines = made.map((name) => `created ${name}`);
      return { output: [...lines, ...(rest > 0 ? [`${rest} tables were there already`] : [])].join('\n') };
    } finally {
      await warehouse.close();
    }
  },
};
