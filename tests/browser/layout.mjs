// layout.mjs: what a reader sees on a phone, and in which direction it runs.
import { PHONE, eachPage, openDetails } from "./chromium.mjs";

// The page is no wider than the phone; wide tables scroll in regions of their own; no text is cut at an edge.
export function fitsPhone(browser, files) {
    return eachPage(browser, files, { viewport: PHONE, isMobile: true, hasTouch: true }, async page => {
        await openDetails(page);
        return page.evaluate(width => {
            const wrong = [];
            const root = document.scrollingElement;
            if (root.scrollWidth > width || innerWidth > width)
                wrong.push(`the page is ${Math.max(root.scrollWidth, innerWidth)} px wide`);
            scrollTo(500, 0);
            scrollTo(-500, 0);
            if (scrollX !== 0)
                wrong.push(`the page scrolls sideways by ${scrollX} px`);

            const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            const range = document.createRange();
            for (let node = walker.nextNode(); node; node = walker.nextNode()) {
                if (!node.data.trim() || node.parentElement.closest(".skip, .table-scroll > table, title, desc, style"))
                    continue;
                range.selectNodeContents(node);
                const box = range.getBoundingClientRect();
                if (box.width && (box.left < -0.5 || box.right > width + 0.5))
                    wrong.push(`'${node.data.trim().slice(0, 40)}' lies at ${Math.round(box.left)}..${Math.round(box.right)} px`);
            }
            return wrong;
        }, PHONE.width);
    });
}

// Direction of the page, of each table's columns and of each chart's axis.
export function runsInDirection(browser, files, language) {
    const direction = language === "ar" ? "rtl" : "ltr";
    return eachPage(browser, files, {}, async page => {
        await openDetails(page);
        return page.evaluate(([language, direction]) => {
            const wrong = [];
            const rtl = direction === "rtl";
            const root = document.documentElement;
            if (root.lang !== language || root.dir !== direction)
                wrong.push(`html has lang=${root.lang} dir=${root.dir}`);
            const computed = getComputedStyle(document.body).direction;
            if (computed !== direction)
                wrong.push(`the body's direction is ${computed}`);

            let tables = 0;
            for (const table of document.querySelectorAll("table")) {
                const name = (table.caption?.innerText ?? table.id).trim().split("\n")[0].slice(0, 60);
                const heads = [...(table.tHead?.rows ?? [])].at(-1);
                const rows = [heads, ...table.tBodies[0].rows].filter(row => row && row.cells.length > 1);
                for (const row of rows) {
                    const left = [...row.cells].map(cell => cell.getBoundingClientRect().left);
                    if (left.some((x, i) => i && (rtl ? x >= left[i - 1] : x <= left[i - 1]))) {
                        wrong.push(`${name}: columns do not run ${direction}`);
                        break;
                    }
                }
                if ([...table.rows].some(row => row.cells.length === 0))
                    wrong.push(`${name}: a row in which no cell begins`);
                tables += rows.length > 0;
            }
            if (!tables)
                wrong.push("no table with columns");

            // Ticks stand in rising order in the source; those of one height are an axis that runs sideways.
            for (const chart of document.querySelectorAll("svg[role=img]")) {
                const axes = new Map();
                for (const tick of chart.querySelectorAll("text.tick")) {
                    const y = tick.getAttribute("y");
                    const box = tick.getBoundingClientRect();
                    axes.set(y, [...(axes.get(y) ?? []), (box.left + box.right) / 2]);
                }
                const sideways = [...axes.values()].filter(x => x.length > 1);
                const name = chart.querySelector("title").textContent.slice(0, 60);
                if (!sideways.length)
                    wrong.push(`chart '${name}': no axis that runs sideways`);
                if (sideways.some(axis => axis.some((x, i) => i && (rtl ? x >= axis[i - 1] : x <= axis[i - 1]))))
                    wrong.push(`chart '${name}': the axis does not run ${direction}`);
            }
            return wrong;
        }, [language, direction]);
    });
}
