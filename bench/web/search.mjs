// Runs in a page and in Node alike.

/** Bytes of a slice, and lines of a screen, as natively. */
const SLICE = 256 * 1024;
const SCREEN = 50;

/** First results and end of a search in ms, the median of five by the end, and the longest slice of all. */
export function search(searcher, query) {
  return best(() => searchOnce(searcher, query));
}

function best(run) {
  const all = [];
  for (let i = 0; i < 5; i++) all.push(run());
  const slice = Math.max(...all.map((it) => it.slice));
  return { ...all.sort((a, b) => a.done - b.done)[2], slice };
}

/** Likewise of lines put in groups; `first` is the time for the table. */
export function groups(searcher, which) {
  return best(() => {
    const start = performance.now();
    searcher.begin_groups(which);
    let [slice, done] = [0, false];
    while (!done) {
      const before = performance.now();
      done = searcher.step_groups(SLICE);
      slice = Math.max(slice, performance.now() - before);
    }
    const before = performance.now();
    searcher.table();
    return { first: performance.now() - before, done: before - start, slice };
  });
}

/** The longest and the median of some hundred calls in ms. */
export function longest(times, call) {
  const all = [];
  for (let i = 0; i < times; i++) {
    const before = performance.now();
    call(i);
    all.push(performance.now() - before);
  }
  all.sort((a, b) => a - b);
  return { first: all[times >> 1], done: all[Math.floor(times * 0.99)], slice: all[times - 1] };
}

/** The way of others: 5,000 rows of the page, of which those are hidden that lack a text; without a page
 * only the search. In ms. */
export function rows(lines, text) {
  const held = lines.slice(-5000).map((line) => ({ line, row: undefined }));
  if (globalThis.document) {
    const list = document.createElement("div");
    list.style.cssText = "height:600px;overflow:auto;font:13px monospace";
    for (const it of held) {
      it.row = document.createElement("div");
      it.row.textContent = it.line;
      list.append(it.row);
    }
    document.body.append(list);
  }
  const wanted = text.toLowerCase();
  return best(() => {
    const start = performance.now();
    for (const it of held) {
      const hidden = !it.line.toLowerCase().includes(wanted);
      if (it.row) it.row.style.display = hidden ? "none" : "";
    }
    const found = performance.now() - start;
    void globalThis.document?.body.offsetHeight;
    const done = performance.now() - start;
    for (const it of held) if (it.row) it.row.style.display = "";
    void globalThis.document?.body.offsetHeight;
    return { first: found, done, slice: done };
  });
}

/** All that is measured: name and times. */
export function everything(Searcher, text, queries, groupCount) {
  const all = [["rows", rows(text.split("\n"), queries[0])]];
  const searcher = new Searcher(text);
  for (const query of queries) all.push([query, search(searcher, query)]);
  for (let i = 0; i < groupCount; i++) all.push([`groups ${i}`, groups(searcher, i)]);
  // The one that costs most is brought up to date.
  groups(searcher, 3);
  searcher.begin(queries[0]);
  while (!searcher.step(SLICE));
  searcher.fill();
  all.push(["frame", longest(300, () => searcher.frame())]);
  all.push(["join", longest(20, (part) => searcher.join(part, 20))]);
  return all;
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
