/** Ends a run with one plain line that any tool can read. */
export default class ClosingLine {
  onRunComplete(_contexts, { numPassedTests, numFailedTests, numFailedTestSuites }) {
    console.log(`\n${numPassedTests} passed, ${Math.max(numFailedTests, numFailedTestSuites)} failed`);
  }
}
