"use strict";
// The page is whole without this: it only adds filtering, copying and opening what a link points to.
(() => {
  const form = document.querySelector(".filter");
  const ROWS = ".requirement, .control";
  const rows = [...document.querySelectorAll(ROWS)];
  const fields = ["q", "verdict", "section", "node"];

  function matches(row, wanted) {
    const { v, section, nodes, text } = row.dataset;
    return (!wanted.verdict || v === wanted.verdict)
      && (!wanted.section || section === wanted.section)
      && (!wanted.node || JSON.parse(nodes).includes(wanted.node))
      && wanted.q.toLowerCase().split(/\s+/).every((word) => text.includes(word));
  }

  function show(wanted) {
    let shown = 0;
    for (const row of rows) {
      row.hidden = !matches(row, wanted);
      shown += row.hidden ? 0 : 1;
    }
    for (const group of document.querySelectorAll(".group")) {
      group.hidden = ![...group.querySelectorAll(ROWS)].some((row) => !row.hidden);
    }
    document.querySelector(".nothing").hidden = shown > 0;
    form.querySelector("output").value = `${shown} of ${rows.length}`;
  }

  const wanted = () => Object.fromEntries(fields.map((name) => [name, form.elements[name].value]));

  function remember() {
    const set = Object.entries(wanted()).filter(([, value]) => value);
    const query = set.length ? `#?${new URLSearchParams(set)}` : "#requirements";
    history.replaceState(null, "", query);
  }

  function recall() {
    const given = new URLSearchParams(location.hash.replace(/^#\??/, ""));
    for (const name of fields) form.elements[name].value = given.get(name) ?? "";
    show(wanted());
    document.getElementById("requirements").scrollIntoView();
  }

  function reveal() {
    if (location.hash.startsWith("#?")) return recall();
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (target.closest(ROWS)?.hidden) form.reset();
    for (let part = target; part; part = part.parentElement) {
      if (part instanceof HTMLDetailsElement) part.open = true;
    }
    target.scrollIntoView();
  }

  async function copy(button) {
    const label = button.textContent;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Could not copy: select the text instead";
    }
    setTimeout(() => { button.textContent = label; }, 2000);
  }

  form.hidden = false;
  form.addEventListener("input", () => { show(wanted()); remember(); });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => queueMicrotask(() => { show(wanted()); }));
  for (const button of document.querySelectorAll(".copy")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
  addEventListener("hashchange", reveal);
  show(wanted());
  reveal();
})();
