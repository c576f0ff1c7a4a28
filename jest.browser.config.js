// `npm run test:browser`: the report page in a real Chromium.
import base from './jest.config.js';

export default {
  ...base,
  testMatch: ['<rootDir>/spec/browser/**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  maxWorkers: 1,
  testTimeout: 120_000,
};
