/** A failure that its one line tells; the script that meets it ends without a stack. */
export class SetUpError extends Error {}

/**
 * Runs one step of a script and says what it does and how long it took.
 *
 * @template Result
 * @param {string} words what is being done, as `Building`
 * @param {() => Result | Promise<Result>} work
 * @param {(result: Result) => string} [outcome] what to add about the result; nothing unless said
 * @returns {Promise<Result>}
 */
export async function step(words, work, outcome = () => '') {
  const startedMs = performance.now();
  const seconds = () => `${((performance.now() - startedMs) / 1000).toFixed(1)} s`;
  process.stderr.write(`${words}...`);
  try {
    const result = await work();
    process.stderr.write(` ${outcome(result)}${seconds()}\n`);
    return result;
  } catch (error) {
    process.stderr.write(` failed after ${seconds()}\n`);
    throw error;
  }
}

/**
 * Runs the work of a script. What is foreseen ends it with one line and status 1.
 *
 * @param {() => Promise<void>} work
 */
export async function runScript(work) {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
