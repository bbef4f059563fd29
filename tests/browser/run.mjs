// run.mjs FOLDER...: every check on the output folders of `palermo run`, one line each. FILTER: a regular
// expression; only checks whose name it matches are run.
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { start } from "./chromium.mjs";
import { opens, withoutScript } from "./open.mjs";
import { linksLead, linksFollowed } from "./links.mjs";
import { fitsPhone, runsInDirection } from "./layout.mjs";
import { prints } from "./paper.mjs";
import { accessible } from "./access.mjs";

const filter = new RegExp(process.env.FILTER ?? "");
let passed = 0, failed = 0;

// A check returns what is wrong, a line each; none: it passed.
async function check(name, run) {
    if (!filter.test(name))
        return;
    const began = performance.now();
    let wrong;
    try {
        wrong = await run();
    } catch (error) {
        wrong = [String(error.stack ?? error).split("\n").slice(0, 3).join(" ")];
    }
    if (wrong.length === 0) {
        passed++;
        console.log(`PASS ${name} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
        return;
    }
    failed++;
    console.log(`FAIL ${name}: ${wrong[0]}`);
    for (const line of wrong.slice(1, 12))
        console.log(`     ${line}`);
    if (wrong.length > 12)
        console.log(`     and ${wrong.length - 12} more`);
}

// thorough: what is made alike in every cycle is looked at too, which takes a minute.
async function report(browser, folder, language, thorough) {
    const page = join(folder, "report", language, "index.html");
    const name = `${basename(folder)}/${language}`;
    await check(`${name}: opens from a file, says nothing on the console, asks for nothing else`, () => opens(browser, [page]));
    await check(`${name}: every link leads to something that exists`, () => linksLead(browser, folder, page));
    await check(`${name}: no sideways scroll at 360 px`, () => fitsPhone(browser, [page]));
    await check(`${name}: prints with nothing cut, heads repeated`, () => prints(browser, page));
    await check(`${name}: runs in the direction of its language, tables and charts too`, () => runsInDirection(browser, [page], language));
    if (language !== "en" && language !== "ar")
        return;
    await check(`${name}: axe finds nothing`, () => accessible(browser, [page]));
    if (!thorough)
        return;
    await check(`${name}: works without script`, () => withoutScript(browser, page));
    await check(`${name}: links can be followed with a click`, () => linksFollowed(browser, page));

    const tables = join(folder, "tables", language);
    const files = readdirSync(tables).filter(file => file.endsWith(".html")).sort().map(file => join(tables, file));
    await check(`${name}: ${files.length} table files open`, () => opens(browser, files));
    await check(`${name}: table files fit 360 px`, () => fitsPhone(browser, files));
    await check(`${name}: table files run in the direction of their language`, () => runsInDirection(browser, files, language));
    await check(`${name}: axe finds nothing in table files`, () => accessible(browser, files));
}

const browser = await start();
try {
    for (const folder of process.argv.slice(2))
        for (const language of readdirSync(join(folder, "report")).sort())
            await report(browser, folder, language, folder === process.argv[2]);
} finally {
    await browser.close();
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
