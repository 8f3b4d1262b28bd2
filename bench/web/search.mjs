// Runs in a page and in Node alike.

/** Bytes of a slice, and lines of a screen, as natively. */
const SLICE = 256 * 1024;
const SCREEN = 50;

/** First results, end and longest slice of a search in ms: the median of five by the end. */
export function search(searcher, query) {
  const all = [];
  for (let i = 0; i < 5; i++) all.push(searchOnce(searcher, query));
  return all.sort((a, b) => a.done - b.done)[2];
}

function searchOnce(searcher, query) {
  const start = performance.now();
  searcher.begin(query);
  let [first, slice, done] = [undefined, 0, false];
  while (!done) {
    const before = performance.now();
    done = searcher.step(SLICE);
    slice = Math.max(slice, performance.now() - before);
    if (first === undefined && (done || searcher.found() >= SCREEN)) first = performance.now() - start;
  }
  return { first, done: performance.now() - start, slice };
}
