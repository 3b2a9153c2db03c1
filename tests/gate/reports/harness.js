"use strict";
// Opens every page of the data block in a frame of its own, tries every single change, and leaves what was
// shown (and what axe found, where it is there) in #out.
(async function () {
  const block = document.getElementById("data");
  const data = JSON.parse(block.textContent);
  block.remove();

  function open(source, width) {
    return new Promise(function (resolve) {
      const frame = document.createElement("iframe");
      frame.width = width;
      frame.height = 900;
      frame.onload = function () { resolve(frame); };
      frame.srcdoc = source;
      document.body.append(frame);
    });
  }

  function pick(select, index) {
    select.selectedIndex = index;
    select.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function shown(page) {
    const rows = Array.from(page.querySelectorAll("#what-if-rows tr"), function (row) {
      return Array.from(row.cells, function (cell) { return cell.textContent; });
    });
    return { said: page.getElementById("what-if-result").textContent, rows: rows };
  }

  function tried(page) {
    const question = page.getElementById("what-if-question");
    const answer = page.getElementById("what-if-answer");
    const found = [];
    for (let q = 0; q < question.options.length; q += 1) {
      pick(question, q);
      for (let a = 0; a < answer.options.length; a += 1) {
        pick(answer, a);
        found.push(shown(page));
      }
    }
    return found;
  }

  async function violations(frame) {
    const script = frame.contentDocument.createElement("script");
    script.textContent = data.axe;
    frame.contentDocument.head.append(script);
    const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
    const found = await frame.contentWindow.axe.run(frame.contentDocument, { runOnly: rules });
    return found.violations.map(function (item) { return item.id + ": " + item.nodes[0].html; });
  }

  // Text that leaves its picture, or a name that leaves its box (the rest of what is drawn there is quiet).
  function outside(page) {
    return Array.from(page.querySelectorAll("svg[viewBox]:not(.bar) text"), function (text) {
      const box = text.getBBox();
      const sheet = text.ownerSVGElement.viewBox.baseVal;
      const named = text.closest(".flow") && !text.classList.contains("quiet");
      const left = box.x < 0 || box.x + box.width > sheet.width || box.y < 0 || box.y + box.height > sheet.height;
      return left || (named && box.width > 144) ? text.textContent + " " + box.width : "";
    }).filter(Boolean);
  }

  const out = [];
  for (const page of data.pages) {
    const frame = await open(page, data.width);
    const root = frame.contentDocument.documentElement;
    out.push({
      hidden: frame.contentDocument.getElementById("what-if").hidden,
      outside: outside(frame.contentDocument),
      requests: frame.contentWindow.performance.getEntriesByType("resource").map(function (entry) { return entry.name; }),
      overflow: root.scrollWidth > data.width,
      tried: data.axe ? [] : tried(frame.contentDocument),
      violations: data.axe ? await violations(frame) : [],
    });
    frame.remove();
  }
  document.getElementById("out").textContent = JSON.stringify(out);
})();
