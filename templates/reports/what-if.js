"use strict";
// Shows what one changed answer leads to. Nothing is worked out here: every outcome was computed beforehand.
(function () {
  const data = JSON.parse(document.getElementById("what-if-data").textContent);
  const question = document.getElementById("what-if-question");
  const answer = document.getElementById("what-if-answer");
  const result = document.getElementById("what-if-result");
  const rows = document.getElementById("what-if-rows");

  function option(text, value) {
    const made = document.createElement("option");
    made.textContent = text;
    made.value = value;
    return made;
  }

  function asked() {
    return data.questions[Number(question.value)];
  }

  function changes() {
    return [Object.assign({ label: asked().now }, data.now)].concat(asked().changes);
  }

  function points(score) {
    if (score === null) return "ruled out";
    return score === 1 ? "1 point" : score + " points";
  }

  function dollars(outcome, option) {
    return outcome.cost[option] || "not possible";
  }

  function row(name, before, after) {
    const made = document.createElement("tr");
    [["th", name], ["td", before], ["td", after]].forEach(function (part) {
      const cell = document.createElement(part[0]);
      cell.textContent = part[1];
      if (part[0] === "th") cell.scope = "row";
      made.append(cell);
    });
    if (before !== after) made.lastChild.style.fontWeight = "700";
    return made;
  }

  function show() {
    const then = changes()[Number(answer.value)];
    const turned = then.verdict !== data.now.verdict;
    const lead = answer.value === "0" ? "As it is now: " : turned ? "Then: " : "Still: ";
    result.textContent = lead + then.verdict + (then.set ? "  (--set " + then.set + ")" : "");
    rows.replaceChildren();
    data.scored.forEach(function (pair) {
      rows.append(row("Score, " + pair[1], points(data.now.scores[pair[0]]), points(then.scores[pair[0]])));
    });
    data.costs.forEach(function (pair) {
      rows.append(row("Cost a month, " + pair[1], dollars(data.now, pair[0]), dollars(then, pair[0])));
    });
  }

  function offer() {
    answer.replaceChildren();
    changes().forEach(function (change, number) {
      const turned = change.verdict !== data.now.verdict;
      const note = number === 0 ? " (now)" : turned ? "  → " + change.verdict : "";
      answer.append(option(change.label + note, String(number)));
    });
    show();
  }

  data.questions.forEach(function (asking, number) {
    question.append(option(asking.ask, String(number)));
  });
  question.addEventListener("change", offer);
  answer.addEventListener("change", show);
  offer();
  document.getElementById("what-if").hidden = false;
})();
