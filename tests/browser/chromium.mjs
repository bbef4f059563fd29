// chromium.mjs: Debian's Chromium with a new empty profile, and pages in it.
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

export const DESKTOP = { width: 1280, height: 800 };
export const PHONE = { width: 360, height: 740 };

// Only files that palermo wrote are opened, so the sandbox (which root and containers lack) can be missed.
export function start() {
    return chromium.launch({
        executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
        headless: true,
        args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync"],
    });
}

// Opens files one after the other in one context and hands the page to `look`, with what it said on the console
// and every address it asked for. Answers what is wrong, with the file's name where there is more than one.
export async function eachPage(browser, files, options, look) {
    const context = await browser.newContext({ viewport: DESKTOP, reducedMotion: "reduce", ...options });
    context.setDefaultTimeout(60000);
    try {
        const page = await context.newPage();
        let seen;
        page.on("console", message => seen.console.push(`${message.type()}: ${message.text()}`));
        page.on("pageerror", error => seen.console.push(`exception: ${error.message}`));
        page.on("request", request => seen.requests.push(request.url()));
        const wrong = [];
        for (const file of files) {
            seen = { console: [], requests: [] };
            await page.goto(pathToFileURL(file).href, { waitUntil: "load" });
            const name = files.length > 1 ? `${file.split("/").at(-1)}: ` : "";
            wrong.push(...(await look(page, seen)).map(line => name + line));
        }
        return wrong;
    } finally {
        await context.close();
    }
}

export function withPage(browser, file, options, look) {
    return eachPage(browser, [file], options, look);
}

export function openDetails(page) {
    return page.evaluate(() => document.querySelectorAll("details").forEach(details => { details.open = true; }));
}
