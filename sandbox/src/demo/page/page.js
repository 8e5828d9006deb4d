"use strict";
// The page asks twice a second what is new and changes only what has changed, so that focus, typed
// text and screen readers are left alone.

const el = (id) => document.getElementById(id);
const EVERY = 500;
const state = { people: [], who: null, after: 0, run: null, drafts: {}, seen: {}, chats: {}, unsaid: [], pressing: new Set() };

function node(tag, text, attributes = {}) {
  const made = document.createElement(tag);
  if (text !== undefined && text !== null) made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null && value !== false) made.setAttribute(name, value);
  }
  return made;
}

function put(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

async function ask(path, body) {
  const wish = body === undefined ? {} : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(path, { cache: "no-store", ...wish });
  const shown = await answer.json().catch(() => ({}));
  if (!answer.ok) throw Object.assign(new Error(shown.error?.message || `${answer.status}`), { status: answer.status });
  return shown;
}

// --- people and chats ------------------------------------------------------------------------

const CHIPS = { customer: ["/start", "100 @boris", "/topup 10", "/balance"], operator: ["/start"] };

function showPeople(people) {
  if (state.people.length > 0) return;
  state.people = people;
  const known = [];
  for (const person of people) {
    const button = node("button", person.name, { type: "button", "data-id": person.id, "aria-pressed": "false" });
    button.addEventListener("click", () => choose(person.id));
    el("people").append(button);
    const shown = { username: person.username, language: person.language, first_name: person.name };
    known.push(ask(`/control/users/${person.id}`, shown).catch(() => {}));
  }
  choose(people[0].id);
  // What was written before there was anybody to say it.
  Promise.all(known).then(() => state.unsaid.splice(0).forEach(say));
}

function choose(id) {
  if (state.who !== null) state.drafts[state.who] = el("say").value;
  state.who = id;
  el("say").value = state.drafts[id] || "";
  for (const button of el("people").children) {
    const chosen = Number(button.dataset.id) === id;
    button.setAttribute("aria-pressed", String(chosen));
    if (chosen) button.classList.remove("new");
  }
  const person = state.people.find((one) => one.id === id);
  el("log").replaceChildren();
  el("log").lang = person.language;
  el("chips").replaceChildren();
  const friend = person.username === "boris" ? "anya" : "boris";
  const chips = person.name === "Operator" ? CHIPS.operator : CHIPS.customer.map((chip) => chip.replace("boris", friend));
  for (const text of chips) {
    const chip = node("button", text === "/start" ? "Start" : text, { type: "button" });
    chip.addEventListener("click", () => say(text));
    el("chips").append(chip);
  }
  showChat(state.chats[id] || []);
  readChat(id);
}

async function say(text) {
  const who = state.who;
  if (who === null) {
    if (!state.unsaid.includes(text)) state.unsaid.push(text);
    return;
  }
  try {
    await ask(`/control/users/${who}/say`, { text });
    if (el("say").value === text) el("say").value = "";
  } catch (why) {
    toast(why.message);
  }
  readChat(who);
}

async function tap(button) {
  const who = state.who;
  try {
    const answer = await ask(`/control/users/${who}/tap`, { button: button.data || button.text, message_id: button.message });
    if (answer.text) toast(answer.text);
  } catch (why) {
    toast(why.message);
  }
  readChat(who);
}

function toast(text) {
  put(el("said"), text);
  const line = node("p", text, { class: "toast" });
  el("log").append(line);
  el("log").scrollTop = el("log").scrollHeight;
  setTimeout(() => line.remove(), 6000);
}

async function readChat(id) {
  let chat;
  try {
    chat = await ask(`/control/users/${id}/chat`);
  } catch (why) {
    if (why.status === undefined) throw why;
    return;
  }
  if (!Array.isArray(chat)) return;
  state.chats[id] = chat;
  const size = JSON.stringify(chat).length;
  if (id === state.who) {
    showChat(chat);
  } else if (state.seen[id] !== undefined && state.seen[id] !== size) {
    for (const button of el("people").children) {
      if (Number(button.dataset.id) === id) button.classList.add("new");
    }
  }
  state.seen[id] = size;
}

function showChat(chat) {
  const log = el("log");
  showKeyboard(chat);
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
  if (chat.length === 0) {
    if (!log.querySelector(".empty")) log.replaceChildren(node("p", "No messages yet. Press Start, or write what you want.", { class: "empty" }));
    return;
  }
  log.querySelector(".empty")?.remove();
  // The shop speaks the language that the customer has chosen: that of what it said or edited last.
  const spoken = chat.filter((message) => message.from === "bot" && message.text);
  if (spoken.length > 0) log.lang = languageOf(spoken.reduce((last, one) => (one.version > last.version ? one : last)).text);
  const there = new Map([...log.querySelectorAll(".bubble")].map((one) => [one.dataset.id, one]));
  let changed = false;
  for (const message of chat) {
    const id = String(message.message_id);
    const print = JSON.stringify(message);
    const bubble = there.get(id);
    there.delete(id);
    if (bubble?.dataset.print === print) continue;
    changed = true;
    const fresh = bubbleOf(message, id, print);
    if (bubble) {
      const focused = bubble.contains(document.activeElement) ? document.activeElement.textContent : null;
      bubble.replaceWith(fresh);
      if (focused !== null) [...fresh.querySelectorAll("button, a")].find((one) => one.textContent === focused)?.focus();
    } else {
      const later = [...log.querySelectorAll(".bubble")].find((one) => Number(one.dataset.id) > message.message_id);
      later ? later.before(fresh) : log.append(fresh);
    }
  }
  for (const gone of there.values()) gone.remove();
  if (changed && atEnd) log.scrollTop = log.scrollHeight;
}

// Whoever reads the end goes on reading the end, whatever becomes of the window.
let readsEnd = true;
el("log").addEventListener("scroll", () => {
  const log = el("log");
  if (log.clientHeight === state.height) readsEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
});
new ResizeObserver(() => {
  const log = el("log");
  state.height = log.clientHeight;
  if (readsEnd) log.scrollTop = log.scrollHeight;
}).observe(el("log"));

function languageOf(text) {
  return /[\u0400-\u04ff]{3}/.test(text) ? "ru" : "en";
}

function bubbleOf(message, id, print) {
  const mine = message.from === "user";
  const bubble = node("div", null, { class: mine ? "bubble mine" : "bubble", "data-id": id });
  if (!mine && message.text) bubble.lang = languageOf(message.text);
  bubble.dataset.print = print;
  bubble.append(node("span", mine ? "You: " : "Shop: ", { class: "unseen" }));
  if (message.photo) bubble.append(node("img", null, { src: local(message.photo), alt: "" }));
  bubble.append(styled(message.text || "", message.entities || []));
  if (message.edits > 0) bubble.append(node("span", message.edits === 1 ? "edited once" : `edited ${message.edits} times`, { class: "edits" }));
  const rows = message.buttons || [];
  if (rows.length > 0) {
    const box = node("div", null, { class: "rows" });
    for (const row of rows) {
      const line = node("div");
      for (const button of row) line.append(buttonOf({ ...button, message: message.message_id }));
      box.append(line);
    }
    bubble.append(box);
  }
  return bubble;
}

const TAGS = { bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "code" };

// Entities count in UTF-16 as this language does; they may nest, and come outermost first.
function styled(text, entities) {
  const place = node("p");
  const fill = (into, from, to, inside) => {
    let at = from;
    for (const one of inside.filter((each) => each.offset >= from && each.offset + each.length <= to)) {
      if (one.offset < at) continue;
      const end = one.offset + one.length;
      into.append(text.slice(at, one.offset));
      const tag = TAGS[one.type];
      const part = one.type === "text_link" ? node("a", null, { href: local(one.url), target: "_blank", rel: "noopener" }) : node(tag || "span");
      fill(part, one.offset, end, inside.filter((each) => each !== one && each.offset >= one.offset && each.offset + each.length <= end));
      into.append(part);
      at = end;
    }
    into.append(text.slice(at, to));
  };
  fill(place, 0, text.length, entities);
  return place;
}

// The keyboard below the field, for as long as the shop shows one: with the newest message that
// brought one, until the person has used it.
function showKeyboard(chat) {
  const from = chat.map((message) => Boolean(message.keyboard)).lastIndexOf(true);
  const used = from < 0 || chat.slice(from + 1).some((message) => message.from === "user");
  const keys = used ? [] : chat[from].keyboard.keys;
  const print = JSON.stringify(keys);
  const place = el("keys");
  if (place.dataset.print === print) return;
  place.dataset.print = print;
  place.hidden = keys.length === 0;
  place.replaceChildren(...keys.map((row) => {
    const line = node("div");
    for (const key of row) {
      const made = node("button", key.text, { type: "button" });
      made.addEventListener("click", () => pressKey(key));
      line.append(made);
    }
    return line;
  }));
}

// Telegram would open a list of people; here the friend is the other customer.
async function pressKey(key) {
  const friend = state.people.find((person) => person.id !== state.who && person.name !== "Operator");
  const wish = key.picks ? { button: key.text, users: [friend.id] } : { button: key.text };
  const who = state.who;
  try {
    await ask(`/control/users/${who}/tap`, wish);
  } catch (why) {
    toast(why.message);
  }
  readChat(who);
}

function buttonOf(button) {
  if (button.url) return node("a", button.text.endsWith("↗") ? button.text : `${button.text} ↗`, { href: local(button.url), target: "_blank", rel: "noopener" });
  const made = node("button", button.text, { type: "button" });
  made.addEventListener("click", () => {
    if (button.copy) {
      navigator.clipboard?.writeText(button.copy).then(() => toast("Copied"), () => toast(button.copy));
    } else {
      tap(button);
    }
  });
  return made;
}

// The emulators have ports of their own; this page reaches everything through its own port.
function local(url) {
  try {
    const parsed = new URL(url, location.href);
    if (parsed.hostname === "127.0.0.1" || parsed.hostname === "localhost") return parsed.pathname + parsed.search;
    return parsed.href;
  } catch {
    return "#";
  }
}

// --- what happens, the world, the switches -----------------------------------------------------

function clock(ms) {
  const at = new Date(ms);
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
}

function showLines(lines) {
  if (lines.length === 0) return;
  el("no-lines").hidden = true;
  const box = el("lines-box");
  const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 40;
  for (const line of lines) {
    state.after = Math.max(state.after, line.id);
    const item = node("li", null, { class: `${line.side} ${line.tone}` });
    item.append(node("time", clock(line.at_ms)));
    const text = node("span");
    if (line.order) text.append(node("b", line.order), " ");
    text.append(line.text);
    item.append(text);
    el("lines").append(item);
  }
  while (el("lines").children.length > 300) el("lines").firstChild.remove();
  if (atEnd) box.scrollTop = box.scrollHeight;
}

function showDaemon(daemon) {
  const words = { absent: "no daemon is kept here: ./x demo", starting: "daemon starting…", ready: "daemon running", down: "daemon KILLED" };
  const place = el("daemon");
  put(place, words[daemon] || daemon);
  place.className = `daemon ${daemon}`;
}

function row(name, values, tone) {
  const key = `world-${name}`;
  let place = el(key);
  if (!place) {
    el("world").append(node("dt", name));
    place = node("dd", null, { id: key });
    el("world").append(place);
  }
  const print = JSON.stringify([values, tone]);
  if (place.dataset.print === print) return;
  place.dataset.print = print;
  place.className = tone || "";
  place.replaceChildren(...values.map((value) => node("div", value)));
}

function showWorld(world, books) {
  const came = world.fragment.map((one) => {
    const parts = [];
    if (one.stars > 0) parts.push(`${one.stars.toLocaleString("en")} ★`);
    if (one.premium_months > 0) parts.push(`Premium ${one.premium_months} months`);
    return `@${one.username}  ${parts.join(", ")}`;
  });
  row("fragment.com", came.length > 0 ? came : ["Nothing delivered yet"]);
  const payments = world.payments === 0 ? ["No payment yet"] : [`${world.payments} payment${world.payments === 1 ? "" : "s"}`];
  row("chain", payments.concat(world.chain.map((one) => `${one.ton} TON · seqno ${one.seqno} · Ref#${one.reference}`)));
  if (books) {
    const usd = books.sums?.usd || {};
    row("books", [books.balanced ? "0.00 = balanced" : "NOT BALANCED", `customers $${usd.customers || "0"} · held $${usd.customers_held || "0"}`], books.balanced ? "good" : "bad");
  } else if (!el("world-books")) {
    row("books", ["not looked at yet"]);
  }
  row("wallet", world.wallet ? [`${Number(world.wallet.ton).toLocaleString("en", { minimumFractionDigits: 2 })} TON ~ ${Number(world.wallet.stars || 0).toLocaleString("en")} ★`] : ["not seen yet"]);
  if (books) {
    row("login", [books.login || "not looked at yet"]);
    const open = books.orders.filter((one) => !one.finished);
    const last = books.orders.slice(0, 4).map((one) => `${one.number} · ${one.product} · @${one.recipient} · ${one.state}`);
    row("orders", last.length > 0 ? [`${books.orders.length}, ${open.length} open`, ...last] : ["None yet"]);
  }
  const so = world.counters;
  const counters = [["delivered", so.delivered], ["refunded", so.refunded], ["paid twice", so.paid_twice, true], ["lost", so.lost, true], ["restarts survived", world.survived]];
  for (const [name, value, mustBeNone] of counters) {
    const key = `counter-${name.replace(/ /g, "-")}`;
    let box = el(key);
    if (!box) {
      box = node("div", null, { id: key });
      box.append(node("dt", name), node("dd", "0"));
      el("counters").append(box);
    }
    put(box.lastChild, String(value));
    box.className = mustBeNone && value > 0 ? "bad" : "";
  }
}

function showBreaks(breaks) {
  for (const one of breaks) {
    const key = `break-${one.name}`;
    let item = el(key);
    if (!item) {
      item = node("li", null, { id: key });
      const button = node("button", one.label, { type: "button", "aria-describedby": `${key}-means` });
      button.addEventListener("click", () => press(one.name, button));
      item.append(button, node("p", one.expected, { id: `${key}-means` }));
      el("breaks").append(item);
    }
    const button = item.firstChild;
    put(button, one.label);
    if (one.toggles) button.setAttribute("aria-pressed", String(one.on));
  }
}

async function press(name, button) {
  if (state.pressing.has(name)) return;
  state.pressing.add(name);
  button.setAttribute("aria-disabled", "true");
  try {
    put(el("said"), (await ask(`/demo/break/${name}`, {})).said);
  } catch (why) {
    put(el("said"), why.message);
  }
  state.pressing.delete(name);
  button.removeAttribute("aria-disabled");
}

// --- the loop ----------------------------------------------------------------------------------

async function look() {
  const shown = await ask(`/demo/now?after=${state.after}`);
  if (state.run !== null && state.run !== shown.run) {
    // Another world answers: what is on the page belongs to the one before.
    state.after = 0;
    el("lines").replaceChildren();
    state.run = shown.run;
    return;
  }
  state.run = shown.run;
  showPeople(shown.people);
  showDaemon(shown.daemon);
  showLines(shown.lines);
  showWorld(shown.world, shown.books);
  showBreaks(shown.breaks);
  await Promise.all(state.people.map((person) => readChat(person.id)));
}

async function loop() {
  try {
    await look();
    el("banner").hidden = true;
  } catch {
    el("banner").hidden = false;
  }
  setTimeout(loop, EVERY);
}

el("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = el("say").value.trim();
  if (text) say(text);
});

for (const button of document.querySelectorAll(".views button")) {
  button.addEventListener("click", () => {
    el("main").dataset.view = button.dataset.view;
    for (const other of document.querySelectorAll(".views button")) other.setAttribute("aria-pressed", String(other === button));
  });
}

loop();
