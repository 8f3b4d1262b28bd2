// Prints a number for each file: all that WebAssembly finds out about its lines.
import { readFile } from "node:fs/promises";
import { load } from "./module.mjs";

const [folder, ...files] = process.argv.slice(2);
const { digest } = await load(folder);
for (const file of files) console.log(digest(await readFile(file, "utf8")));
