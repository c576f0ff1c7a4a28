// `npm run test:services`: against real servers, which each file starts for itself.
import base from './jest.config.js';

export default {
  ...base,
  testMatch: ['<rootDir>/spec/services/**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  maxWorkers: 1,
  testTimeout: 60_000,
};
