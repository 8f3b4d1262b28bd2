// The server's own tests against a real daemon, which are Rust: each of them is a test here, on the
// private daemon. SIDEKICK_REAL_TESTS has the test programs, one a line; without it there are none
// (script/test knows when to build them).

import { execFileSync } from 'node:child_process';
import { basename } from 'node:path';
import { needsDocker, test } from '../harness/fixtures.ts';
import { run } from '../harness/process.ts';

needsDocker();

const programs = process.env.SIDEKICK_REAL_TESTS;

if (programs !== undefined) {
  let found = 0;
  for (const program of programs.split('\n').filter(Boolean)) {
    const list = execFileSync(program, ['--list', '--ignored', '--format', 'terse', 'real_daemon::'], { encoding: 'utf8' });
    for (const name of list.split('\n').flatMap((line) => /^(.*): test$/.exec(line)?.[1] ?? [])) {
      found += 1;
      test(`${basename(program).replace(/-[0-9a-f]+$/, '')} ${name}`, async ({ docker }) => {
        // The long run of one takes some minutes.
        if (process.env.SIDEKICK_LONG_TESTS) test.setTimeout(30 * 60_000);
        const args = ['--exact', '--ignored', name];
        const output = await run(program, args, { SIDEKICK_TEST_DOCKER: docker.host }).catch((error) => {
          throw new Error(`${error.stdout}\n${error.stderr}`);
        });
        if (!output.includes('1 passed')) throw new Error(`it did not run:\n${output}`);
      });
    }
  }
  if (found === 0) throw new Error('no tests against a real daemon in SIDEKICK_REAL_TESTS');
}
