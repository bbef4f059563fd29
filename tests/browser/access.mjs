// access.mjs: the accessibility rules of axe-core, its best practices included, in every colour scheme.
import { createRequire } from "node:module";
import { eachPage, openDetails } from "./chromium.mjs";

// Rows of a body that axe sees: those after them are made alike, and axe's time grows faster than their number.
const ROWS = 8;

const { source } = createRequire(import.meta.url)("axe-core");

async function violations(page) {
    const found = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"], preload: false }));
    return found.violations.map(({ id, help, nodes }) =>
        `${id} (${nodes.length}): ${help}: ${nodes.slice(0, 3).map(node => node.target.join(" ")).join("; ")}`);
}

export function accessible(browser, files) {
    return eachPage(browser, files, { colorScheme: "light" }, async page => {
        await openDetails(page);
        await page.evaluate(rows => document.querySelectorAll("tbody").forEach(body => {
            while (body.rows.length > rows)
                body.deleteRow(rows);
        }), ROWS);
        await page.evaluate(source);
        const wrong = await violations(page);
        const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        const light = await paper();
        await page.emulateMedia({ colorScheme: "dark" });
        if (await paper() !== light)
            wrong.push(...(await violations(page)).map(line => `dark: ${line}`));
        return wrong;
    });
}
