// Runs in a page and in Node alike.

/** Lines a second, as bench/src/speed.rs measures: one pipeline, the same lines again and again; the median of three. */
export function measure(Runner, text) {
  const speeds = [];
  for (let i = 0; i < 3; i++) {
    const runner = new Runner(text);
    const start = performance.now();
    let lines = 0;
    while (performance.now() - start < 400 || lines < 400_000) lines += runner.pass();
    speeds.push((lines / (performance.now() - start)) * 1000);
    runner.free();
  }
  return speeds.sort((a, b) => a - b)[1];
}
