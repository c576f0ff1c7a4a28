// `npm run test:notebooks`: notebooks in a real Jupyter, run by the real kernel.
import base from './jest.config.js';

export default {
  ...base,
  testMatch: ['<rootDir>/spec/notebooks/**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  maxWorkers: 1,
  testTimeout: 300_000,
};
