/** What `doctor` says of the day's `ml_feedback.csv`: one line that spot-ml cannot read makes its whole run fail. */
import { parseDay } from '../../schemas/days.js';
import { OaError } from '../../schemas/errors.js';
import { feedbackForms } from '../analyst/feedback-file.js';
import type { OpenWarehouse } from '../oa-warehouse.js';
import type { Check } from './doctor.js';

export const feedbackCheck = (date: string | undefined, open: () => Promise<OpenWarehouse>): Check => ({
  name: 'feedback',
  remedy: `Make the file from the tables: feedback -d ${date ?? 'YYYYMMDD'} --rebuild.`,
  run: async () => {
    if (date === undefined) return 'note: not looked for; -d YYYYMMDD looks for that of a day';
    const forms = await feedbackForms(await open(), parseDay(date));
    if (forms === null) return `note: none on ${date}`;
    const { readable, commas, unreadable } = forms;
    if (commas + unreadable === 0) return `${readable} lines of ${date} that spot-ml can read`;
    throw new OaError(
      'VALUE_INVALID',
      `of ${readable + commas + unreadable} lines of ${date} spot-ml cannot read ${commas + unreadable}, ${commas} of them in the comma form of Spot's UI`,
    );
  },
});
