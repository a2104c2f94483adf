// Calls made from the page: an order, a question whether it is meant, and what became of it.

import { element, grouped } from "./page.js";

const $ = (id) => document.getElementById(id);
const LOST = "No answer came from the wallboard, and it may be ringing: look before calling again.";

/** A token names one order: the server dials it once, however often it is sent. */
function newToken() {
  // randomUUID() is for https pages only; a wallboard may be http in a house of its own.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Let the page make calls, for the agents and through the lines of the board. */
export function offerCalls(board) {
  const dialog = $("call");
  let order = null;

  const show = (step) => {
    $("call-form").hidden = step !== "form";
    $("call-confirm").hidden = step !== "confirm";
    $("call-result").hidden = step !== "result";
  };

  function open(number) {
    $("call-number").value = grouped(number);
    const option = (by, target, text) => {
      const made = element("option", { value: `${by}:${target}` });
      made.textContent = text;
      return made;
    };
    const agents = [...board.agents].sort(([, a], [, b]) => a.name.localeCompare(b.name));
    $("call-lines").replaceChildren(...board.lines.map((line) => option("queue", line.number, line.title)));
    $("call-agents").replaceChildren(
      ...agents.map(([login, agent]) => option("agent", login, agent.name)),
    );
    $("call-lines").hidden = board.lines.length === 0;
    $("call-agents").hidden = agents.length === 0;
    show("form");
    dialog.showModal();
    (number ? $("call-by") : $("call-number")).focus();
  }

  $("call-open").addEventListener("click", () => open(""));
  document.addEventListener("click", (event) => {
    const number = event.target.closest?.("[data-call]")?.dataset.call;
    if (number) open(number);
  });
  for (const button of dialog.querySelectorAll(".cancel")) {
    button.addEventListener("click", () => dialog.close());
  }
  dialog.querySelector(".back").addEventListener("click", () => {
    show("form");
    $("call-number").focus();
  });

  $("call-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const [by, target] = $("call-by").value.split(/:(.*)/s);
    const [chosen] = $("call-by").selectedOptions;
    order = { token: newToken(), number: $("call-number").value, by, target };
    const who = chosen.textContent;
    $("call-question").textContent =
      by === "agent"
        ? `Call ${order.number} for ${who}? First ${who}’s telephone rings, then this one.`
        : `Call ${order.number}? Whoever is free in ${who} within ten minutes is connected.`;
    show("confirm");
    $("call-confirm").querySelector(".go").disabled = false;
    $("call-confirm").querySelector(".go").focus();
  });

  $("call-confirm").addEventListener("submit", async (event) => {
    event.preventDefault();
    $("call-confirm").querySelector(".go").disabled = true;
    const outcome = await send(order);
    $("call-result").dataset.result = outcome.result ?? "failed";
    $("call-message").textContent = outcome.message;
    show("result");
    $("call-result").querySelector(".go").focus();
  });
}

async function send(order) {
  try {
    const answer = await fetch("/calls", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(order),
    });
    return await answer.json();
  } catch {
    return { result: "unknown", message: LOST };
  }
}
