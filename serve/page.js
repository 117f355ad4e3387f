"use strict";
(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const keys = all("[data-key]");
  const sentences = all(".s");
  const status = document.getElementById("status");
  const reset = document.getElementById("all");
  const unfiltered = status?.textContent;
  const turns = new Map();

  const pressed = (letter) =>
    keys.filter((key) => key.ariaPressed === "true" && key.dataset.key[0] === letter).map((key) => key.dataset.key);

  // Within categories and within types any one will do; between the two, and with "denied", all must hold.
  function filter() {
    const groups = ["k", "t", "n"].map(pressed).filter((group) => group.length);
    const types = pressed("t");
    const main = document.querySelector("main");
    main.classList.toggle("filtered", groups.length > 0);
    ["t0", "t1", "t2"].forEach((type) =>
      main.classList.toggle(`no-${type}`, types.length > 0 && !types.includes(type)));
    reset.hidden = !groups.length;
    if (!groups.length) {
      status.textContent = unfiltered;
      return;
    }
    const hits = sentences.map((sentence) => {
      const facets = (sentence.dataset.f ?? "").split(" ");
      return groups.every((group) => group.some((key) => facets.includes(key)));
    });
    const near = new Set();
    hits.forEach((hit, n) => {
      for (let h = sentences[n].dataset.h; hit && h !== undefined && !near.has(+h); h = sentences[+h].dataset.h) near.add(+h);
    });
    const live = new Set();
    sentences.forEach((sentence, n) => {
      sentence.classList.toggle("hit", hits[n]);
      sentence.classList.toggle("near", near.has(n));
      if (hits[n] || near.has(n)) live.add(sentence.parentElement);
    });
    all(".b").forEach((block) => block.classList.toggle("live", live.has(block)));
    status.textContent = `${hits.filter(Boolean).length} / ${unfiltered}`;
  }

  function clear() {
    keys.forEach((key) => (key.ariaPressed = "false"));
    filter();
  }

  // Each click goes to the next mention that the filters leave visible; if they hide all of them, the filters go.
  function jump(link) {
    const mentions = link.dataset.m.split(" ").map((n) => document.getElementById(`e${n}`)).filter(Boolean);
    if (!mentions.length) return;
    if (!mentions.some((mention) => mention.getClientRects().length)) clear();
    let turn = turns.get(link) ?? -1;
    do turn = (turn + 1) % mentions.length; while (!mentions[turn].getClientRects().length);
    turns.set(link, turn);
    all(".now").forEach((mention) => mention.classList.remove("now"));
    mentions[turn].classList.add("now");
    mentions[turn].scrollIntoView({ block: "center" });
    link.nextElementSibling.textContent = mentions.length > 1 ? `${turn + 1}/${mentions.length}` : "1";
  }

  function sort(head) {
    const column = head.cellIndex;
    const body = head.closest("table").tBodies[0];
    const down = head.ariaSort ? head.ariaSort === "ascending" : column > 0;
    const value = (row) => row.cells[column].textContent;
    const order = column ? (a, b) => value(a) - value(b) : (a, b) => value(a).localeCompare(value(b), "zh");
    body.append(...[...body.rows].sort((a, b) => (down ? -order(a, b) : order(a, b))));
    for (const other of head.parentElement.cells) other.ariaSort = null;
    head.ariaSort = down ? "descending" : "ascending";
  }

  document.addEventListener("click", (event) => {
    const target = event.target.closest("[data-key], a[href^='#'], #all, thead button");
    if (!target) return;
    if (target.dataset.key) {
      target.ariaPressed = target.ariaPressed === "true" ? "false" : "true";
      filter();
    } else if (target.dataset.m) {
      event.preventDefault();
      jump(target);
    } else if (target.hash) {
      if (!document.getElementById(target.hash.slice(1))?.getClientRects().length) clear();
    } else if (target.id === "all") {
      clear();
    } else {
      sort(target.closest("th"));
    }
  });
  if (matchMedia("(max-width: 56rem)").matches) all("aside details").forEach((block) => (block.open = false));
})();
