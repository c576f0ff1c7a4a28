// `npm run test:cluster`: against a real HDFS, which each file starts for itself.
import base from './jest.config.js';

export default {
  ...base,
  testMatch: ['<rootDir>/spec/cluster/**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  maxWorkers: 1,
  testTimeout: 180_000,
};
