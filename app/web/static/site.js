// What every page may use. Each part looks for its own markup; a page without script loses comfort, never function.
// Menu settings, countdowns, the hour of handing in, waiting page, unit picker, password reveal, copy buttons, busy buttons, leftovers of quiz.js.
"use strict";
{
  const store = {
    get(key) { try { return localStorage.getItem(key); } catch { return null; } },
    set(key, value) { try { value ? localStorage.setItem(key, value) : localStorage.removeItem(key); } catch { /* closed storage */ } },
    keys() { try { return Object.keys(localStorage); } catch { return []; } },
  };
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const make = (tag, attributes, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  };

  // -- Text size and background: <fieldset data-setting="size|theme" hidden> with radios
  for (const fieldset of all("[data-setting]")) {
    const name = fieldset.dataset.setting;
    const chosen = store.get("kheo:" + name) || "";
    for (const radio of all("input", fieldset)) radio.checked = radio.value === chosen;
    fieldset.addEventListener("change", (event) => {
      store.set("kheo:" + name, event.target.value);
      if (event.target.value) document.documentElement.dataset[name] = event.target.value;
      else delete document.documentElement.dataset[name];
    });
    fieldset.hidden = false;
  }

  // -- Menu: Escape and a click elsewhere close it; focus goes back to the word
  const menu = document.querySelector("details.menu");
  if (menu) {
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
    document.addEventListener("click", (event) => {
      if (menu.open && !menu.contains(event.target)) menu.open = false;
    });
  }

  // -- Errors take focus
  document.querySelector("[data-error-summary]")?.focus();

  // -- Countdowns: <time data-countdown datetime="ISO" data-done="words"> against the server's time of this page
  const pageTime = document.getElementById("server-now");
  if (pageTime) {
    const started = Date.parse(pageTime.getAttribute("datetime")) - performance.now();
    const show = () => {
      for (const node of all("[data-countdown]")) {
        const minutes = Math.floor((Date.parse(node.getAttribute("datetime")) - started - performance.now()) / 60000);
        const parts = [[Math.floor(minutes / 1440), "ngày"], [Math.floor(minutes / 60) % 24, "giờ"], [minutes % 60, "phút"]];
        while (parts.length > 1 && !parts[0][0]) parts.shift();
        const words = minutes < 0 ? node.dataset.done : minutes < 1 ? "chưa đến 1 phút" : parts.map((part) => part.join(" ")).join(" ");
        if (node.textContent.trim() !== words) node.textContent = words;
      }
    };
    show();
    setInterval(show, 15000);

    // -- When a paper begun now would hand itself in: <p data-hand-in="seconds" data-closes="ISO">, by the same clock
    const wallClock = new Intl.DateTimeFormat("vi-VN", { timeZone: "Asia/Ho_Chi_Minh", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
    for (const node of all("[data-hand-in]")) {
      const closes = Date.parse(node.dataset.closes);
      setInterval(() => {
        const words = wallClock.format(Math.min(started + performance.now() + node.dataset.handIn * 1000, closes));
        if (node.textContent !== words) node.textContent = words;
      }, 500);
    }
  }

  // -- Waiting page: <… data-reload-after="seconds"> asks again by itself
  const waiting = document.querySelector("[data-reload-after]");
  if (waiting) setTimeout(() => location.reload(), waiting.dataset.reloadAfter * 1000);

  // -- Password: <button data-reveal="ID of the input" hidden>
  for (const button of all("[data-reveal]")) {
    const input = document.getElementById(button.dataset.reveal);
    button.hidden = false;
    button.addEventListener("click", () => {
      const shown = input.type === "password";
      input.type = shown ? "text" : "password";
      button.setAttribute("aria-pressed", shown);
      button.querySelector("span").textContent = shown ? "Ẩn" : "Hiện";
    });
  }

  // -- Copy: <button data-copy="text" hidden>; the word "Đã chép" stays beside it
  if (navigator.clipboard) {
    for (const button of all("[data-copy]")) {
      button.hidden = false;
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(button.dataset.copy);
        if (button.nextElementSibling?.className !== "copy-done") button.after(make("span", { class: "copy-done", role: "status" }, "Đã chép"));
      });
    }
  }

  // -- A form is sent once: its button turns until the next page comes (or a download has started)
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (event.defaultPrevented || event.target.method !== "post" || !button) return;
    if (button.getAttribute("aria-busy") === "true") { event.preventDefault(); return; }
    button.setAttribute("aria-busy", "true");
    setTimeout(() => button.removeAttribute("aria-busy"), 8000);
  });
  window.addEventListener("pageshow", () => all("[aria-busy=true]").forEach((node) => node.removeAttribute("aria-busy")));

  // -- Answers that quiz.js kept: gone when their result is shown, and on sign-out
  for (const key of store.keys().filter((name) => name.startsWith("kheo:attempt:"))) {
    try {
      if (JSON.parse(store.get(key)).result === location.pathname) store.set(key, "");
    } catch { store.set(key, ""); }
  }
  for (const form of all("form[data-sign-out]")) {
    form.addEventListener("submit", () => store.keys().filter((name) => name.startsWith("kheo:attempt:")).forEach((name) => store.set(name, "")));
  }

  // -- Unit picker: <div data-unit-picker data-url data-series data-root [data-name data-parent]>
  // A combobox over GET url?series=&root=&q= and a second way, the tree, over url?series=&parent=.
  for (const picker of all("[data-unit-picker]")) {
    const { url, series, root } = picker.dataset;
    const input = picker.querySelector("input[name=unit_search]");
    const group = input.closest(".input-group") || input;
    const listId = input.id + "-list";
    const plain = all("[data-plain], button", picker);
    const list = make("ul", { id: listId, role: "listbox", "aria-label": "Đơn vị tìm thấy" });
    const status = make("span", { role: "status" });
    const other = make("button", { type: "button", class: "button-link" });
    const box = make("div", { class: "unit-list" }, list, make("div", { class: "unit-list-foot" }, status, other));
    const chosenName = make("strong", {});
    const chosenParent = make("span", { class: "quiet small" });
    const change = make("button", { type: "button", class: "button-link" }, "Đổi");
    const chosen = make("div", { class: "unit-chosen" }, make("span", {}, chosenName, make("br", {}), chosenParent), change);
    let units = [], active = -1, trail = null, asked = 0, timer = 0;

    const field = () => picker.querySelector("input[type=hidden]");
    const ask = async (query) => {
      const number = ++asked;
      try {
        const reply = await fetch(url + "?" + new URLSearchParams({ series, ...query }), { headers: { Accept: "application/json" } });
        if (!reply.ok) throw new Error(reply.status);
        const { units: found } = await reply.json();
        return number === asked ? found : null;
      } catch {
        if (number === asked) { show([]); status.textContent = "Chưa tìm được. Kiểm tra mạng rồi gõ lại."; }
        return null;
      }
    };
    const point = (index) => {
      active = index;
      all("[role=option]", list).forEach((node, place) => node.setAttribute("aria-selected", place === index));
      const node = list.children[index];
      if (node) { input.setAttribute("aria-activedescendant", node.id); node.scrollIntoView({ block: "nearest" }); }
      else input.removeAttribute("aria-activedescendant");
    };
    const show = (found) => {
      units = found;
      list.replaceChildren(...found.map((unit, index) => make("li", { id: `${listId}-${index}`, role: "option", "aria-selected": "false" }, unit.name, make("small", {}, unit.parent || ""))));
      status.textContent = found.length ? `${found.length} đơn vị.` : "Không có đơn vị nào.";
      other.textContent = !trail ? "Duyệt theo huyện, xã" : trail.length ? "Lên một cấp" : "Tìm theo tên";
      box.hidden = false;
      input.setAttribute("aria-expanded", "true");
      point(-1);
    };
    const close = () => { box.hidden = true; trail = null; input.setAttribute("aria-expanded", "false"); point(-1); };
    const settle = (id, name, parent) => {
      let hidden = field();
      if (!hidden) {
        const radio = picker.querySelector("input[type=radio]");
        hidden = make("input", { type: "hidden", name: radio ? radio.name : "unit" });
        picker.append(hidden);
        picker.querySelector(".unit-results")?.remove();
      }
      hidden.value = id;
      chosenName.textContent = name;
      chosenParent.textContent = parent || "";
      chosen.hidden = !id;
      group.hidden = !!id;
      close();
    };
    const choose = async (index) => {
      const unit = units[index];
      if (!unit) return;
      if (trail) {
        const below = await ask({ parent: unit.id });
        if (!below) return;
        if (below.length) { trail.push(unit); show(below); status.textContent = unit.name + "."; input.focus(); return; }
      }
      settle(unit.id, unit.name, unit.parent);
      change.focus();
    };
    const climb = async () => {
      const at = trail.length ? trail[trail.length - 1].id : root;
      const found = await ask({ parent: at });
      if (found) show(found);
    };

    for (const node of plain) {
      node.hidden = !node.classList.contains("unit-results");
      if (node.matches("button")) node.type = "button"; // otherwise Enter anywhere in the form would press it
    }
    const first = picker.querySelector(".unit-chosen");
    if (first) first.remove();
    picker.prepend(chosen);
    group.after(box);
    for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": listId })) input.setAttribute(name, value);
    box.hidden = true;
    chosen.hidden = true;
    if (picker.dataset.name && field()?.value) settle(field().value, picker.dataset.name, picker.dataset.parent);

    input.addEventListener("input", () => {
      clearTimeout(timer);
      trail = null;
      const words = input.value.trim();
      if (words.length < 2) { asked++; close(); return; }
      timer = setTimeout(async () => {
        const found = await ask({ root, q: words });
        if (found) show(found);
      }, 200);
    });
    input.addEventListener("focus", () => { if (box.hidden && !input.value) { trail = null; show([]); status.textContent = "Gõ ít nhất 2 chữ."; } });
    input.addEventListener("keydown", (event) => {
      if (box.hidden) return;
      if (event.key === "ArrowDown") point((active + 1) % Math.max(units.length, 1));
      else if (event.key === "ArrowUp") point((active - 1 + units.length) % Math.max(units.length, 1));
      else if (event.key === "Enter" && units.length) choose(active < 0 && units.length === 1 ? 0 : active);
      else if (event.key === "Escape") close();
      else return;
      event.preventDefault();
    });
    list.addEventListener("click", (event) => {
      const node = event.target.closest("[role=option]");
      if (node) choose([...list.children].indexOf(node));
    });
    other.addEventListener("click", async () => {
      if (trail && !trail.length) { close(); input.focus(); return; }
      if (trail) trail.pop(); else trail = [];
      await climb();
      input.focus();
    });
    change.addEventListener("click", () => { settle("", "", ""); input.value = ""; input.focus(); });
    picker.addEventListener("focusout", (event) => { if (!picker.contains(event.relatedTarget)) setTimeout(() => { if (!picker.contains(document.activeElement)) close(); }, 150); });
  }
}
