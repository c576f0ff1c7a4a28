// Tests run on the TypeScript sources, as ES modules; `npm test` has type-checked and built them before.
export default {
  testEnvironment: 'node',
  reporters: ['default', '<rootDir>/spec/tools/closing-line.js'],
  roots: ['<rootDir>/spec'],
  testMatch: ['**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/spec/(cluster|notebooks|services|browser|kerberos|bench)/'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '\\.ts$': ['ts-jest', { useESM: true, diagnostics: false, tsconfig: { isolatedModules: true, sourceMap: true } }],
  },
};
