/**
 * Runs one step of a script and says what it does and how long it took.
 *
 * @template Result
 * @param {string} words what is being done, as `Building`
 * @param {() => Result | Promise<Result>} work
 * @returns {Promise<Result>}
 */
export async function step(words, work) {
  const startedMs = performance.now();
  process.stderr.write(`${words}...`);
  try {
    const result = await work();
    process.stderr.write(` ${((performance.now() - startedMs) / 1000).toFixed(1)} s\n`);
    return result;
  } catch (error) {
    process.stderr.write(' failed\n');
    throw error;
  }
}
