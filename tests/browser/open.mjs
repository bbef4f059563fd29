// open.mjs: a page opens from a file alone, and needs no script.
import { pathToFileURL } from "node:url";
import { eachPage, openDetails, withPage } from "./chromium.mjs";

export function opens(browser, files) {
    return eachPage(browser, files, {}, async (page, seen) => {
        await openDetails(page);
        await page.evaluate(() => document.fonts.ready.then(() => scrollTo(0, document.body.scrollHeight)));
        const text = await page.evaluate(() => document.body.innerText.trim().length);
        const others = seen.requests.filter(address => address !== page.url());
        return [
            ...seen.console.map(line => `console: ${line}`),
            ...others.map(address => `asks for ${address}`),
            ...(text > 100 ? [] : ["the page is empty"]),
        ];
    });
}

// The same text with script and without; details open and links jump without it; and no script to begin with.
export async function withoutScript(browser, file) {
    const read = page => page.evaluate(() => document.body.innerText);
    let scripted;
    await withPage(browser, file, {}, async page => {
        scripted = await read(page);
        return [];
    });
    return withPage(browser, file, { javaScriptEnabled: false }, async page => {
        const wrong = [];
        if (await read(page) !== scripted)
            wrong.push("the text differs from the one with script");
        const hooks = await page.evaluate(() => [
            ...[...document.scripts].map(() => "a script element"),
            ...[...document.querySelectorAll("*")].flatMap(element => [...element.attributes]
                .filter(attribute => attribute.name.startsWith("on") || attribute.value.startsWith("javascript:"))
                .map(attribute => `<${element.localName} ${attribute.name}>`)),
        ]);
        wrong.push(...hooks);

        const summary = page.locator("details.method > summary").first();
        const facts = page.locator("details.method").first().locator("dl").first();
        if (await facts.isVisible())
            wrong.push("a method is open before it is asked for");
        await summary.click();
        if (!await facts.isVisible())
            wrong.push("a method does not open with a click");

        await page.locator("nav.contents a[href='#findings']").click();
        const top = await page.evaluate(() => document.getElementById("findings").getBoundingClientRect().top);
        if (page.url() !== `${pathToFileURL(file).href}#findings` || Math.abs(top) > 400)
            wrong.push(`the contents do not lead to the findings (${Math.round(top)} px off)`);
        return wrong;
    });
}
