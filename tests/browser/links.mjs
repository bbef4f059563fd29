// links.mjs: every link of a page leads to a file of the output, and to a place in it where it names one.
import { existsSync, readFileSync, statSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { withPage } from "./chromium.mjs";

const idsOf = new Map(); // of files that are linked to with a place

function hasId(file, id) {
    if (!idsOf.has(file))
        idsOf.set(file, new Set([...readFileSync(file, "utf8").matchAll(/\sid="([^"]*)"/g)].map(match => match[1])));
    return idsOf.get(file).has(id);
}

export function linksLead(browser, folder, file) {
    return withPage(browser, file, {}, async page => {
        const { hrefs, uses, twice, references } = await page.evaluate(() => {
            const ids = [...document.querySelectorAll("[id]")].map(element => element.id);
            const known = new Set(ids);
            const named = ["aria-labelledby", "aria-describedby", "aria-controls", "headers", "for"];
            return {
                hrefs: [...document.querySelectorAll("a[href], link[href]")].map(link => link.getAttribute("href")),
                uses: [...document.querySelectorAll("use")].map(use => use.getAttribute("href")).filter(href => !known.has(href.slice(1))),
                twice: ids.filter((id, i) => ids.indexOf(id) !== i),
                references: [...document.querySelectorAll(named.map(name => `[${name}]`).join())].flatMap(element => named
                    .flatMap(name => (element.getAttribute(name) ?? "").split(/\s+/).filter(Boolean))
                    .filter(id => !known.has(id))),
            };
        });
        const wrong = [
            ...twice.map(id => `id ${id} twice`),
            ...uses.map(href => `a chart draws ${href}, which is not there`),
            ...references.map(id => `an element refers to ${id}, which is not there`),
        ];
        if (hrefs.length < 50)
            wrong.push(`only ${hrefs.length} links`);
        for (const href of new Set(hrefs)) {
            const url = new URL(href, pathToFileURL(file));
            if (url.protocol === "https:")
                continue; // a publisher's page: not asked for
            if (url.protocol !== "file:") {
                wrong.push(`${href}: not a file`);
                continue;
            }
            const id = decodeURIComponent(url.hash.slice(1));
            url.hash = "";
            const target = fileURLToPath(url);
            if (relative(folder, target).startsWith(".."))
                wrong.push(`${href}: outside the output`);
            else if (!existsSync(target) || !statSync(target).isFile() || statSync(target).size === 0)
                wrong.push(`${href}: no such file`);
            else if (id && !hasId(target, id))
                wrong.push(`${href}: no such place`);
        }
        return wrong;
    });
}

// As a reader does: each language, a table as a file, each entry of the contents.
export function linksFollowed(browser, file) {
    return withPage(browser, file, {}, async page => {
        const wrong = [];
        const languages = await page.locator("nav.languages a").evaluateAll(links => links.map(link => link.hreflang));
        for (const language of languages) {
            await page.locator(`nav.languages a[hreflang=${language}]`).click();
            await page.waitForLoadState("load");
            if (await page.evaluate(() => document.documentElement.lang) !== language)
                wrong.push(`the link to ${language} leads to ${page.url()}`);
            await page.goto(pathToFileURL(file).href);
        }
        for (const entry of await page.locator("nav.contents a").all()) {
            await entry.click();
            const hash = await entry.getAttribute("href");
            const top = await page.evaluate(id => document.getElementById(id).getBoundingClientRect().top, hash.slice(1));
            if (!page.url().endsWith(hash) || top < -5 || top > 800)
                wrong.push(`${hash}: stands at ${Math.round(top)} px after the click`);
        }
        const table = page.locator(".formats a[href$='.html']").first();
        const title = await page.locator("table.pal-table caption").first().evaluate(caption => caption.firstChild.textContent.trim());
        await table.click();
        await page.waitForLoadState("load");
        if (!(await page.locator("caption").first().textContent()).includes(title))
            wrong.push(`the first table's file does not hold '${title}'`);
        return wrong;
    });
}
