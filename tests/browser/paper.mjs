// paper.mjs: the page as it is printed. Chromium writes a PDF in which every row of every table and every chart
// is a named place; poppler says on which sheet and how high each place lies, and which words stand where.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withPage } from "./chromium.mjs";

const MM = 96 / 25.4, POINT = 0.75; // CSS pixels of a millimetre; points of a CSS pixel
const SHEET = { width: 297 * MM, height: 210 * MM, side: 12 * MM, top: 14 * MM }; // as page_css.c sets it
const GRID = 2; // points: the grid on which words count as standing at the same place

// Names every row and every chart, and appends a last sheet of links to them: Chromium keeps the places that
// something links to. Returns the size of each as laid out for paper.
function mark(page) {
    return page.evaluate(() => {
        const shown = element => element.getClientRects().length > 0;
        const links = document.createElement("p");
        links.style.cssText = "break-before:page;font-size:1px;line-height:1px;max-width:none";
        const place = (element, id) => {
            element.id = id;
            const box = element.getBoundingClientRect();
            const link = document.createElement("a");
            link.href = `#${id}`;
            link.textContent = "·";
            links.append(link, " ");
            return { id, height: box.height, left: box.left, right: box.right };
        };
        const tables = [...document.querySelectorAll("table")].filter(shown).map((table, t) => ({
            name: (table.caption?.innerText ?? table.id).trim().split("\n")[0].slice(0, 60),
            left: table.getBoundingClientRect().left,
            right: table.getBoundingClientRect().right,
            spills: [...table.querySelectorAll("th, td")].filter(cell => cell.scrollWidth > cell.clientWidth + 1)
                .map(cell => cell.innerText.slice(0, 40)),
            head: [...(table.tHead?.rows ?? [])].map((row, r) => place(row, `paper-${t}-h${r}`)),
            rows: [...table.tBodies].flatMap(body => [...body.rows]).map((row, r) => place(row, `paper-${t}-${r}`)),
        }));
        const charts = [...document.querySelectorAll("figure.chart")].filter(shown)
            .map((chart, c) => ({ name: chart.id, ...place(chart, `paper-chart-${c}`) }));
        place(links, "paper-last");
        document.body.append(links);
        return { tables, charts };
    });
}

// name -> sheet, and points from its top edge. Some versions of Chromium leave the margin out of these heights; the
// last sheet's paragraph is known to stand right below it.
function placesOf(pdf) {
    const places = new Map();
    const text = execFileSync("pdfinfo", ["-dests", pdf], { encoding: "utf8", maxBuffer: 1 << 28 });
    for (const [, sheet, top, name] of text.matchAll(/^\s*(\d+)\s+\[\s*XYZ\s+\S+\s+(\S+)\s+\S+\s*\]\s+"(.*)"$/gm))
        places.set(name, { sheet: Number(sheet), top: SHEET.height * POINT - Number(top) });
    const shift = SHEET.top * POINT - places.get("paper-last").top;
    places.forEach(place => { place.top += shift; });
    return places;
}

// Of each sheet: its words and where they stand, in points from the top left.
function wordsOf(pdf) {
    const text = execFileSync("pdftotext", ["-bbox", pdf, "-"], { encoding: "utf8", maxBuffer: 1 << 30 });
    return text.split("<page ").slice(1).map(sheet =>
        [...sheet.matchAll(/<word xMin="(\S+)" yMin="(\S+)" xMax="(\S+)" yMax="(\S+)">(.*?)<\/word>/g)]
            .map(([, left, top, right, bottom, word]) => ({ left: +left, top: +top, right: +right, bottom: +bottom, word })));
}

// A band of a sheet: the words between two heights and where they stand across.
function band(words, from, to) {
    return words.filter(({ top, bottom }) => (top + bottom) / 2 >= from && (top + bottom) / 2 < to)
        .map(({ left, word }) => `${Math.round(left / GRID)} ${word}`);
}

export function prints(browser, file) {
    const folder = mkdtempSync(join(tmpdir(), "paper-"));
    const pdf = join(folder, "report.pdf");
    const inside = { width: Math.floor(SHEET.width - 2 * SHEET.side), height: Math.floor(SHEET.height - 2 * SHEET.top) };
    return withPage(browser, file, { viewport: inside }, async page => {
        await page.emulateMedia({ media: "print" });
        const wide = await page.evaluate(() => document.scrollingElement.scrollWidth);
        const { tables, charts } = await mark(page);
        await page.pdf({ path: pdf, preferCSSPageSize: true, printBackground: true });
        const wrong = wide > inside.width ? [`the page is ${wide} px wide on paper ${inside.width} px wide`] : [];
        const places = placesOf(pdf), words = wordsOf(pdf);
        const bottom = (SHEET.height - SHEET.top + MM) * POINT;

        words.slice(0, -1).forEach((sheet, s) => sheet
            .filter(({ left, right }) => left < (SHEET.side - MM) * POINT || right > (SHEET.width - SHEET.side + MM) * POINT)
            .forEach(({ word }) => wrong.push(`sheet ${s + 1}: '${word}' stands in the margin`)));

        const whole = (name, { id, height }) => {
            const place = places.get(id);
            if (!place)
                wrong.push(`${name}: ${id} is not on paper`);
            else if (place.top + height * POINT > bottom)
                wrong.push(`${name}: ${id} is cut at the foot of sheet ${place.sheet}`);
            return place && { ...place, height };
        };
        for (const chart of charts)
            whole(chart.name, chart);
        for (const table of tables) {
            if (table.left < -1 || table.right > inside.width + 1)
                wrong.push(`${table.name}: ${Math.round(table.right - table.left)} px wide`);
            table.spills.forEach(text => wrong.push(`${table.name}: '${text}' is wider than its cell`));
            const head = table.head.map(row => whole(table.name, row));
            const rows = table.rows.map(row => whole(table.name, row));
            if (!head[0] || !rows.length || rows.includes(undefined))
                continue;
            if (head[0].sheet !== rows[0].sheet)
                wrong.push(`${table.name}: the head stands alone at the foot of sheet ${head[0].sheet}`);
            const height = table.head.reduce((sum, row) => sum + row.height, 0) * POINT;
            const first = band(words[head[0].sheet - 1], head[0].top, head[0].top + height);
            let sheet = head[0].sheet;
            for (const row of rows.filter(row => row.sheet !== head[0].sheet)) {
                if (row.sheet === sheet)
                    continue;
                sheet = row.sheet;
                // Chromium puts the first row's place up to a few points too high on later sheets: its middle is below.
                const again = new Set(band(words[sheet - 1], 0, row.top + row.height * POINT / 2));
                if (!first.length || first.some(word => !again.has(word)))
                    wrong.push(`${table.name}: its head is not repeated on sheet ${sheet}`);
            }
        }
        if (!tables.length || !charts.length)
            wrong.push(`${tables.length} tables and ${charts.length} charts on paper`);
        return wrong;
    }).finally(() => rmSync(folder, { recursive: true }));
}
