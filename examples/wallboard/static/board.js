// The board: keeps what the server told, and draws what changed of it.

import { offerCalls } from "./call.js";
import { hear, lasting, now, timeOfDay } from "./clock.js";
import { follow } from "./link.js";
import { each, element, grouped, set } from "./page.js";

const $ = (id) => document.getElementById(id);

/** What the service calls a state, what it looks like, and what people call it. */
const STATES = {
  Idle: ["ready", "Ready"],
  Logged: ["logged", "In no queue"],
  Paused: ["paused", "Paused"],
  Calling: ["ringing", "Dialling"],
  Ringing: ["ringing", "Ringing"],
  Speaking: ["talking", "Talking"],
  "On Hold": ["hold", "On hold"],
};
const ON_CALLS = new Set(["ringing", "talking", "hold"]);
/** More agents than this are shown in less detail each. */
const CROWD = 20;
/** Seconds of waiting that are long, and too long. */
const [LONG, TOO_LONG] = [30, 120];

const board = { agents: new Map(), queues: [], incoming: [], lines: [], link: null, server: "" };
/** Since when the board's own server is out of reach; null while it is not. */
let lostAt = null;

// What comes.

function take(patch) {
  hear(patch.now);
  if (patch.full) board.agents.clear();
  for (const [login, agent] of Object.entries(patch.agents ?? {})) {
    if (agent) board.agents.set(login, agent);
    else board.agents.delete(login);
  }
  for (const part of ["queues", "incoming", "lines", "link", "server"]) {
    if (part in patch) board[part] = patch[part];
  }
  lostAt = null;
  drawSoon();
}

function lose() {
  lostAt ??= now();
  drawSoon();
}

// What is drawn: texts are set where they differ, and elements stay, so that focus does, too.

let drawing = 0;

/** Draw once, however much comes before the screen shows its next picture. */
function drawSoon() {
  drawing ||= requestAnimationFrame(draw);
}

function draw() {
  drawing = 0;
  drawLink();
  drawTotals();
  drawAgents();
  drawQueues();
  drawIncoming();
  tick();
}

function drawLink() {
  const { link } = board;
  const state = lostAt !== null ? "lost" : !link ? "waiting" : link.up ? "up" : link.reason ? "away" : "waiting";
  document.body.dataset.link = state;
  set($("server"), board.server);
  set(
    $("link"),
    {
      up: "Live",
      waiting: "Waiting for the first news…",
      away: link && `No news from Daktela since ${timeOfDay(link.since, true)}: ${link.reason}`,
      lost: lostAt && `No connection to the wallboard since ${timeOfDay(lostAt, true)}. Trying again…`,
    }[state],
  );
}

function look(agent) {
  const [look, word] = STATES[agent.state] ?? ["other", agent.state];
  const dialling = look === "ringing" && agent.calls[0]?.direction === "out";
  return [look, dialling ? "Dialling" : word];
}

function drawTotals() {
  const looks = [...board.agents.values()].map((agent) => look(agent)[0]);
  const totals = {
    waiting: board.queues.reduce((sum, queue) => sum + queue.waiting, 0),
    ready: looks.filter((one) => one === "ready").length,
    talking: looks.filter((one) => ON_CALLS.has(one)).length,
    paused: looks.filter((one) => one === "paused").length,
  };
  for (const [name, total] of Object.entries(totals)) {
    const box = document.querySelector(`[data-total=${name}]`);
    set(box.querySelector("dd"), board.link ? String(total) : "–");
    box.classList.toggle("some", total > 0);
  }
  document.title = totals.waiting ? `(${totals.waiting}) Wallboard` : "Wallboard";
}

const byName = new Intl.Collator(undefined, { sensitivity: "base", numeric: true });

function drawAgents() {
  const agents = [...board.agents].sort(([, a], [, b]) => byName.compare(a.name, b.name));
  const before = $("agents").children.length;
  each($("agents"), agents, ([login]) => login, agentRow, (row, [, agent]) => {
    const [look_, word] = look(agent);
    const [call, ...others] = agent.calls;
    row.dataset.state = look_;
    row.classList.toggle("stale", agent.stale);
    set(row.querySelector(".who"), agent.name);
    row.querySelector(".who").title = agent.name;
    set(row.querySelector(".word"), word);
    row.querySelector(".for").dataset.since = agent.since ?? "";
    const number = call ? grouped(call.number) : "";
    const more = others.length ? ` +${others.length}` : "";
    set(row.querySelector(".caller"), call ? (call.name || number) + more : agent.pause);
    set(row.querySelector(".number"), call?.name ? number : "");
    set(row.querySelector(".queue"), call?.queue ?? "");
  });
  $("no-agents").hidden = agents.length > 0 || !board.link?.up;
  set($("agents-count"), agents.length ? String(agents.length) : "");
  $("agents").classList.toggle("crowded", agents.length > CROWD);
  if (before !== agents.length) fit();
}

function agentRow() {
  return element("tr", { role: "row" }, [
    element("th", { role: "rowheader", scope: "row", class: "who" }),
    element("td", { role: "cell", class: "state" }, [
      element("span", { class: "mark", "aria-hidden": "true" }),
      element("span", { class: "word" }),
    ]),
    element("td", { role: "cell", class: "for" }),
    element("td", { role: "cell", class: "caller" }),
    element("td", { role: "cell", class: "rest" }, [
      element("span", { class: "number" }),
      element("span", { class: "queue" }),
    ]),
  ]);
}

function drawQueues() {
  const row = () =>
    element("tr", {}, [
      element("th", { scope: "row" }),
      element("td", { class: "waiting" }, [element("span")]),
      element("td", { class: "for" }),
      element("td", { class: "ready" }),
    ]);
  each($("queues"), board.queues, (queue) => queue.id, row, (tr, queue) => {
    tr.classList.toggle("some", queue.waiting > 0);
    set(tr.querySelector("th"), queue.title);
    set(tr.querySelector(".waiting span"), String(queue.waiting));
    tr.querySelector(".for").dataset.since = queue.since ?? "";
    set(tr.querySelector(".ready"), `${queue.ready}/${queue.agents}`);
  });
  $("no-queues").hidden = board.queues.length > 0 || !board.link?.up;
}

function drawIncoming() {
  const item = (call) =>
    element("li", {}, [
      element("time"),
      element("button", { type: "button", class: "number", "data-call": call.number }),
      element("span", { class: "caller-name" }),
      element("span", { class: "what" }),
    ]);
  const what = {
    arrived: () => "waiting",
    ringing: (agent) => (agent ? `rings at ${agent}` : "rings"),
    answered: (agent) => (agent ? `talks to ${agent}` : "is answered"),
    ended: (agent) => (agent ? `talked to ${agent}` : "is over"),
    missed: () => "missed",
  };
  each($("incoming"), board.incoming, (call) => String(call.id), item, (li, call) => {
    li.dataset.state = call.state;
    set(li.querySelector("time"), timeOfDay(call.at));
    const number = li.querySelector(".number");
    set(number, grouped(call.number) || "Number withheld");
    number.disabled = !call.number;
    number.title = call.number ? "Call this number…" : "";
    set(li.querySelector(".caller-name"), call.name || "Unknown");
    li.classList.toggle("stranger", !call.name);
    set(li.querySelector(".what"), what[call.state](call.agent));
  });
  $("no-incoming").hidden = board.incoming.length > 0;
}

// Time: what lasts is counted here, and stands still while nobody knows whether it does.

function tick() {
  const until = lostAt ?? (board.link && !board.link.up ? board.link.since : now());
  set($("clock"), timeOfDay(now()));
  for (const cell of document.querySelectorAll(".for")) {
    const since = cell.dataset.since === "" ? null : Number(cell.dataset.since);
    set(cell, lasting(since, until));
    if (cell.closest("#queues")) {
      const waited = since === null ? 0 : (until - since) / 1000;
      const patience = waited >= TOO_LONG ? "none" : waited >= LONG ? "little" : "";
      cell.closest("tr").dataset.patience = patience;
    }
  }
}

/** Make the agents as large as the screen allows: nobody out of sight, and few names cut. */
function fit() {
  const box = document.querySelector(".fit");
  const names = [...box.querySelectorAll(".who")];
  const wide = matchMedia("(min-width: 60rem)").matches;
  const [largest, readable, smallest] = wide ? [2, 1.1, 0.75] : [1.15, 1.15, 1.15];
  for (let size = largest; ; size -= 0.1) {
    box.style.setProperty("--size", `${size.toFixed(2)}rem`);
    const tooHigh = box.scrollHeight > box.clientHeight && size > smallest;
    const cut = size > readable && names.some((name) => name.scrollWidth > name.clientWidth);
    if (!(wide && (tooHigh || cut))) return;
  }
}

// Colours.

const darkBySystem = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (document.documentElement.dataset.theme ?? (darkBySystem.matches ? "dark" : "light")) === "dark";
const drawTheme = () => $("theme").setAttribute("aria-pressed", String(isDark()));

$("theme").addEventListener("click", () => {
  const theme = isDark() ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
  localStorage.setItem("theme", theme);
  drawTheme();
});
darkBySystem.addEventListener("change", drawTheme);

// The beginning.

drawTheme();
offerCalls(board);
addEventListener("resize", fit);
setInterval(tick, 500);
follow(take, lose);
