// `npm run test:cluster`: against a real HDFS; each file starts its own.
import base from './jest.config.js';

export default {
  ...base,
  testMatch: ['<rootDir>/spec/cluster/**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  maxWorkers: 1,
  testTimeout: 180_000,
};
