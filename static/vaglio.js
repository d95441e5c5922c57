// What a page gains where script runs: copying, live progress, and unfolding the target of a link. Every page is whole
// without it. Texts come from the page (data attributes) or from the server's events, never from here.
"use strict";

document.documentElement.classList.add("scripted");

// <button class="copy" data-copy="#id"> copies that element's text; data-copy-from fetches a text first.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy], button[data-copy-from]");
  if (!button) return;
  const label = button.querySelector("[data-label]") ?? button;
  const { copy, copyFrom, copied, failed, gone } = button.dataset;
  const target = copy && document.querySelector(copy);
  const text = target ? target.textContent : await fetched(copyFrom);
  if (text === null) return say(button, label, gone);
  if (await toClipboard(text)) return say(button, label, copied);
  // By hand, then: of the text where it stands, or of a page that is this text.
  if (!target) return location.assign(copyFrom);
  target.hidden = false;
  getSelection().selectAllChildren(target);
  say(button, label, failed);
});

// The text at this address; null where there is none, or no more.
async function fetched(address) {
  try {
    const answer = await fetch(address);
    return answer.ok ? await answer.text() : null;
  } catch {
    return null;
  }
}

// Pages have the clipboard over HTTPS and on localhost alone; elsewhere they can copy what is selected.
async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const focus = document.activeElement;
    const area = document.createElement("textarea");
    area.className = "hidden-text";
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    focus?.focus({ preventScroll: true });
    return done;
  }
}

function say(button, label, text) {
  button.dataset.was ??= label.textContent;
  label.textContent = text;
  button.classList.add("done");
  const live = document.getElementById("live");
  if (live) live.textContent = text;
  clearTimeout(button.timer);
  button.timer = setTimeout(() => {
    label.textContent = button.dataset.was;
    button.classList.remove("done");
  }, 2500);
}

// A link to a folded finding unfolds it and what surrounds it.
function unfold() {
  const id = decodeURIComponent(location.hash.slice(1));
  let element = id && document.getElementById(id);
  if (!element) return;
  for (let up = element; up; up = up.parentElement) if (up.tagName === "DETAILS") up.open = true;
  element.scrollIntoView();
}
addEventListener("hashchange", unfold);
unfold();

// On paper every section is unfolded; of the findings, those that are on the screen. (The style sheet does so, too, in browsers
// that can.)
let folded = [];
addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("details.section:not([open])")];
  folded.forEach((part) => (part.open = true));
});
addEventListener("afterprint", () => folded.forEach((part) => (part.open = false)));
document.addEventListener("click", (event) => event.target.closest("button[data-print]") && print());

// Instants as the reader's own clock has them; what servers wrote stays as they wrote it.
function localTimes(within) {
  const clock = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "long" });
  for (const time of within.querySelectorAll("time[data-local]")) {
    time.title = time.textContent;
    time.textContent = clock.format(new Date(time.dateTime));
    time.removeAttribute("data-local");
  }
}
localTimes(document);

// [data-events] watches a test. On home "received" leads to the test's page; there "ready" shows the report.
const watcher = document.querySelector("[data-events]");
if (watcher) watch(watcher);

function watch(element) {
  const source = new EventSource(element.dataset.events);
  const live = document.getElementById("live");
  const leave = () => {
    source.close();
    // The form knows what kind of message the reader chose.
    const form = element.querySelector("form[method=post]");
    if (form) form.requestSubmit();
    else location.replace(element.dataset.report);
  };
  const step = (name, event, done = true) => {
    const row = element.querySelector(`[data-step="${name}"]`);
    const news = JSON.parse(event.data);
    if (!row) return;
    if (done) row.classList.add("done");
    const text = row.querySelector("[data-text]");
    if (text && news.text) text.textContent = news.text;
    const time = row.querySelector("[data-time]");
    if (time && news.time) time.textContent = news.time;
    if (live && news.text) live.textContent = news.text;
  };
  source.addEventListener("received", (event) => {
    if (element.dataset.leave === "received" || element.querySelector("form[data-when=received]")) return leave();
    element.querySelector("[data-step=connected]")?.classList.add("done");
    step("received", event);
  });
  source.addEventListener("connected", (event) => {
    element.querySelector("[data-refused]")?.setAttribute("hidden", "");
    step("connected", event);
  });
  source.addEventListener("arriving", (event) => step("received", event, false));
  source.addEventListener("refused", (event) => {
    const refused = element.querySelector("[data-refused]");
    if (!refused) return;
    const news = JSON.parse(event.data);
    refused.textContent = `${news.text} (${news.time})`;
    refused.removeAttribute("hidden");
    if (live) live.textContent = news.text;
  });
  source.addEventListener("section", (event) => step(JSON.parse(event.data).id, event));
  for (const end of ["ready", "failed"])
    source.addEventListener(end, (event) => {
      step("ready", event);
      leave();
    });
}

// What the reader said of the message before it came is told as soon as it can be.
document.querySelector("form[data-when=now]")?.requestSubmit();

// Help for whoever waits longer than a minute.
const help = document.querySelector("[data-after]");
if (help) setTimeout(() => (help.open = true), Number(help.dataset.after) * 1000);

// [data-rehearsal] answers as soon as a box is ticked: the page that the form would lead to is fetched, and its parts with
// [data-rehearsed] take the places of ours. With nothing left to try, they come back.
const rehearsal = document.querySelector("form[data-rehearsal]");
if (rehearsal) {
  const parts = [...document.querySelectorAll("[data-rehearsed]")];
  const real = rehearsal.querySelector(":checked") ? null : parts.map((part) => [...part.childNodes]);
  const boxes = () => [...document.querySelectorAll("input[data-tick]")];
  const box = (line) => [...rehearsal.elements.record instanceof RadioNodeList ? rehearsal.elements.record : [rehearsal.elements.record]]
    .find((one) => one?.value === line);
  let round = 0;

  const rehearse = async () => {
    const body = new URLSearchParams(new FormData(rehearsal));
    const mine = (round += 1);
    for (const tick of boxes()) tick.checked = Boolean(box(tick.dataset.tick)?.checked);
    if (real && !body.has("record") && !body.get("zone").trim()) return parts.forEach((part, i) => part.replaceChildren(...real[i]));
    try {
      const answer = await fetch(rehearsal.getAttribute("action"), { method: "POST", body });
      if (!answer.ok) return rehearsal.submit();
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (mine !== round) return;
      for (const part of parts) part.replaceChildren(...(page.getElementById(part.id)?.childNodes ?? []));
      parts.forEach(localTimes);
    } catch {
      rehearsal.submit();
    }
  };
  rehearsal.addEventListener("change", rehearse);
  rehearsal.addEventListener("submit", (event) => {
    event.preventDefault();
    rehearse();
  });
  document.addEventListener("change", (event) => {
    const line = event.target.dataset?.tick;
    if (!line || !box(line)) return;
    box(line).checked = event.target.checked;
    rehearse();
  });
  document.addEventListener("click", (event) => {
    if (!real || !event.target.closest("[data-rehearsal-end]")) return;
    event.preventDefault();
    // What was pressed goes away: the focus returns to where the rehearsal began.
    (boxes().find((tick) => tick.checked) ?? rehearsal.querySelector(":checked, textarea"))?.focus();
    rehearsal.reset();
    rehearse();
  });
}

// [data-rows] is a list of public results: new rows come in at its top, changed ones in their place.
const results = document.querySelector("[data-rows]");
if (results) {
  const source = new EventSource(results.dataset.rows);
  source.addEventListener("row", (event) => {
    const news = JSON.parse(event.data);
    const holder = document.createElement("template");
    holder.innerHTML = news.html;
    const row = holder.content.firstElementChild;
    const old = document.getElementById(row.id);
    if (old) old.replaceWith(row);
    else {
      row.classList.add("new");
      results.prepend(row);
      const live = document.getElementById("live");
      if (live) live.textContent = news.text;
    }
    while (results.children.length > Number(results.dataset.most)) results.lastElementChild.remove();
    const empty = document.getElementById("empty");
    if (empty) empty.hidden = true;
  });
  source.addEventListener("rows", (event) => {
    const left = new Set(JSON.parse(event.data));
    for (const row of [...results.children]) if (!left.has(row.id.slice("r-".length))) row.remove();
  });
}
