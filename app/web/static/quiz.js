// The attempt page: one question at a time over the plain form, every answer saved as it is given.
// Nothing here decides anything: the server's clock, its saved answers and its deadline hold.
"use strict";
{
  const MINUTE = 60000;
  const PAUSES = [1, 2, 4, 8, 16, 30];
  const REPLY_LIMIT = 15000;
  const TYPING_PAUSE = 700;
  const form = document.getElementById("attempt");
  const byId = (id) => document.getElementById(id);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const hex = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const grouped = (digits) => digits.replace(/\B(?=(\d{3})+$)/g, ".");
  const clockFormat = new Intl.DateTimeFormat("vi-VN", { timeZone: "Asia/Ho_Chi_Minh", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  const clockTime = (moment) => clockFormat.format(moment);
  const announce = (words) => { byId("quiz-live").textContent = words; };
  const put = (banner, lead, text) => {
    const node = byId(banner);
    if (node.querySelector("[data-lead]")) node.querySelector("[data-lead]").textContent = lead;
    node.querySelector("[data-text]").textContent = text;
    node.hidden = false;
    return node;
  };

  const data = form.dataset;
  const questionCount = Number(data.questionCount);
  const steps = all("fieldset", form).filter((step) => step.querySelector("input"));
  const predictionInput = form.querySelector("input[name=prediction]");
  const predictionStep = predictionInput && predictionInput.closest("fieldset");
  const inputsOf = (number) => all(`input[name=q${number}]`, form);
  const lettersOf = (number) => inputsOf(number).filter((input) => input.checked).map((input) => input.value).join("");
  const numberOf = (step) => (step === predictionStep ? "prediction" : Number(step.querySelector("input").name.slice(1)));
  const predicted = () => predictionInput.value.replace(/\D/g, "").slice(0, 8);
  const missingNumbers = () => Array.from({ length: questionCount }, (_, index) => index + 1).filter((number) => !lettersOf(number));

  // -- What this device still owes the server. `batch` is the save under way (same content, same save_id until it is
  //    acknowledged), `pending` what changed since. Both live in local storage until then, with marks and place.
  const storageKey = `kheo:attempt:${data.attempt}:${data.account}`;
  let kept = {};
  try { kept = JSON.parse(localStorage.getItem(storageKey)) || {}; } catch { /* closed or damaged storage */ }
  let batch = kept.batch || null;
  let pending = kept.pending || { answers: {} };
  const marks = new Set(kept.marks || []);
  const early = new Set();
  let current = 0;
  let csrf = data.csrf;
  let inFlight = false, failures = 0, mismatches = 0, stopped = false, handingIn = null, signedOut = false;
  let retryTimer = 0, typingTimer = 0;
  let savedAt = data.lastSaved ? clockTime(Date.parse(data.lastSaved)) : "";

  const resultPath = new URL(data.resultUrl, location).pathname;
  const keep = () => {
    try {
      localStorage.setItem(storageKey, JSON.stringify({ result: resultPath, batch, pending, marks: [...marks], step: current }));
    } catch { /* the answers stay in the page */ }
  };
  const isEmpty = (part) => !part || (!Object.keys(part.answers).length && part.prediction === undefined);
  const owed = () => ({ answers: { ...batch?.answers, ...pending.answers }, prediction: pending.prediction !== undefined ? pending.prediction : batch?.prediction });
  const owedCount = () => { const { answers, prediction } = owed(); return Object.keys(answers).length + (prediction === undefined ? 0 : 1); };

  // -- Clock: the server's time at performance.now() = 0, from the quickest exchange so far
  let serverZero = 0, quickest = Infinity, deadline = Date.parse(data.deadline);
  let lastWall = Date.now(), lastTick = performance.now(), resyncing = false, stale = false;
  const sample = (serverTime, sent, received) => {
    if (received - sent > quickest) return;
    stale = false;
    quickest = received - sent;
    serverZero = Date.parse(serverTime) + quickest / 2 - received;
  };
  const remaining = () => Math.max(0, deadline - serverZero - performance.now());
  const [visit] = performance.getEntriesByType("navigation");
  sample(data.serverNow, visit?.requestStart || 0, visit?.responseStart || performance.now());
  let whole = Math.max(deadline - (Date.parse(data.started) || deadline - remaining()), 1);

  const setDeadline = (moment) => {
    if (!moment || Math.abs(moment - deadline) < 500) return;
    const words = `${moment > deadline ? "Thời gian làm bài được kéo dài" : "Giờ nộp đã đổi"}. Bài tự nộp lúc ${clockTime(moment)} (giờ máy chủ).`;
    whole += moment - deadline;
    deadline = moment;
    byId("deadline").textContent = clockTime(moment);
    put("notice-banner", "", words);
    announce(words);
    tick();
  };

  // -- Network. A reply is {status, body, after}; status 0 means that nothing came back.
  const exchange = async (url, options) => {
    const sent = performance.now();
    try {
      const reply = await fetch(url, { credentials: "same-origin", redirect: "manual", signal: AbortSignal.timeout?.(REPLY_LIMIT), ...options });
      if (reply.type === "opaqueredirect") return { status: 302, body: {} };
      const received = performance.now();
      const body = (reply.headers.get("Content-Type") || "").includes("json") ? await reply.json() : { text: await reply.text() };
      if (body.server_now) sample(body.server_now, sent, received);
      return { status: reply.status, path: new URL(reply.url).pathname, body, after: Number(reply.headers.get("Retry-After")) || 0, sent, received };
    } catch {
      return { status: 0, body: {} };
    }
  };
  // The page itself, read again: a fresh token and a fresh clock. False when it could not be read; a finished attempt
  // leads to its result, an ended session to the sentence that says so.
  const readPageAgain = async () => {
    const { status, path, body, sent, received } = await exchange(location.pathname, { headers: { Accept: "text/html" }, redirect: "follow" });
    if (status !== 200) return false;
    if (path === resultPath) { location.assign(data.resultUrl); return false; }
    const fresh = new DOMParser().parseFromString(body.text || "", "text/html").getElementById("attempt");
    if (!fresh) {
      if (path !== location.pathname) askToSignIn();
      return false;
    }
    csrf = fresh.dataset.csrf;
    quickest = Infinity;
    sample(fresh.dataset.serverNow, sent, received);
    setDeadline(Date.parse(fresh.dataset.deadline));
    return true;
  };

  // -- Save state and banners
  const showState = () => {
    const count = owedCount();
    const state = count && (failures || stopped || signedOut) ? "unsaved" : count || inFlight ? "saving" : savedAt || missingNumbers().length < questionCount ? "saved" : "idle";
    for (const node of all("[data-state]", byId("save-state"))) node.hidden = node.dataset.state !== state;
    byId("save-state").querySelector("[data-saved-at]").textContent = savedAt;
    byId("save-state").querySelector("[data-unsaved]").textContent = `Chưa lưu ${count} câu`;
  };
  const showTrouble = (status) => {
    const lead = handingIn ? "Chưa gửi được bài." : status === 429 || status >= 500 ? "Hệ thống đang đông." : "Mất kết nối.";
    const text = handingIn
      ? "Máy tự nộp lại khi có mạng. Câu trả lời vẫn còn trên máy này."
      : "Cứ làm tiếp. Câu trả lời đang giữ trên máy này và tự gửi lại. Đồng hồ vẫn chạy.";
    if (byId("offline-banner").hidden) announce(`${lead} ${text}`);
    put("offline-banner", lead, text);
  };
  const recovered = () => {
    if (failures) announce("Đã lưu lại tất cả câu trả lời.");
    failures = 0;
    signedOut = false;
    byId("offline-banner").hidden = true;
    byId("stop-banner").hidden = true;
  };
  const stop = (lead, text, href, label) => {
    const node = put("stop-banner", lead, text);
    const link = node.querySelector("[data-link]");
    link.href = href;
    link.textContent = label;
    byId("offline-banner").hidden = true;
    closeSheets();
    announce(`${lead} ${text}`);
    node.scrollIntoView({ block: "nearest" });
  };
  const askToSignIn = () => {
    signedOut = true;
    handingIn = null;
    stop("Bạn cần đăng nhập lại;", "câu trả lời chưa gửi vẫn được giữ trên máy này.", `${data.signInUrl || "/dang-nhap"}?next=${encodeURIComponent(location.pathname)}`, "Đăng nhập lại");
  };

  // -- Saving
  const later = (status, after = 0) => {
    failures += 1;
    const pause = PAUSES[Math.min(failures, PAUSES.length) - 1];
    clearTimeout(retryTimer);
    retryTimer = setTimeout(resume, Math.max(pause, after) * (0.75 + Math.random() / 2) * 1000);
    showTrouble(status);
  };
  const resume = () => { clearTimeout(retryTimer); handingIn ? handIn() : save(); };
  const acknowledge = (body) => {
    savedAt = clockTime(Date.parse(body.saved));
    batch = null;
    recovered();
    setDeadline(Date.parse(body.deadline));
  };
  const refuse = async (reply) => {
    if (reply.status === 401 || reply.status === 302) askToSignIn();
    else if (reply.status === 409 && reply.body.code === "mismatch" && !mismatches++) {
      pending = owed();
      batch = null;
      save();
    } else if (reply.status === 409 || reply.status === 404) {
      stopped = true;
      const text = reply.body.message || "Bài này không nhận thêm câu trả lời.";
      stop("Câu trả lời này không được tính.", text, data.resultUrl, "Xem kết quả và biên nhận");
    } else if (reply.status === 400) {
      batch = null;
      stop("Máy chủ không nhận câu trả lời vừa gửi.", reply.body.message || "", location.pathname, "Tải lại trang để xem câu đã lưu");
    } else if (reply.status === 403 && (await readPageAgain()) && !failures) {
      failures += 1;
      save();
    } else if (!signedOut) later(reply.status, reply.after);
  };
  async function save() {
    if (inFlight || stopped || handingIn) return;
    if (!batch) {
      if (isEmpty(pending)) { showState(); return; }
      batch = { save_id: hex(), ...pending };
      pending = { answers: {} };
    }
    clearTimeout(retryTimer);
    inFlight = true;
    keep();
    showState();
    const reply = await exchange(data.saveUrl, { method: "POST", keepalive: true, headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrf }, body: JSON.stringify(batch) });
    inFlight = false;
    if (reply.status === 200 && reply.body.saved) acknowledge(reply.body);
    else await refuse(reply);
    keep();
    showState();
    if (!failures && !batch && !isEmpty(pending)) save();
  }
  const changed = () => {
    keep();
    showState();
    showProgress();
    if (!failures && !signedOut) save();
  };
  // An answer may be changed but not taken back: a blank never erases on the server, so the page does not pretend it.
  const given = new Map();
  const answerChanged = (number) => {
    if (lettersOf(number)) { given.set(number, lettersOf(number)); pending.answers[number] = lettersOf(number); changed(); } else showProgress();
  };
  const notePrediction = () => {
    if (!predictionInput || !predicted() || predicted() === given.get("prediction")) return false;
    given.set("prediction", predicted());
    pending.prediction = Number(predicted());
    return true;
  };
  const predictionChanged = () => { if (notePrediction()) changed(); else showProgress(); };
  const restoreBlank = () => {
    const number = numberOf(steps[current]);
    const last = given.get(number);
    if (!last || (number === "prediction" ? predicted() : lettersOf(number))) return;
    if (number === "prediction") predictionInput.value = predictionInput.type === "text" ? grouped(last) : last;
    else for (const input of inputsOf(number)) input.checked = last.includes(input.value);
    const words = number === "prediction" ? `Số dự đoán đã lưu là ${grouped(last)}. Muốn đổi, hãy ghi số khác.` : `Câu ${number} đã lưu phương án ${[...last].join(", ")}. Muốn đổi, hãy chọn phương án khác.`;
    put("notice-banner", "", words);
    announce(words);
  };

  // -- Handing in: only what the server has not acknowledged goes along
  const handInBody = () => {
    const { answers, prediction } = owed();
    const body = new URLSearchParams({ csrf_token: csrf });
    if (owedCount()) body.set("save_id", handingIn.save_id);
    for (const [number, letters] of Object.entries(answers)) for (const letter of letters) body.append(`q${number}`, letter);
    if (prediction !== undefined && prediction !== null) body.set("prediction", prediction);
    return body;
  };
  const contentOf = () => JSON.stringify(owed());
  async function handIn() {
    if (stopped || handingIn?.busy) return;
    clearTimeout(retryTimer);
    clearTimeout(typingTimer);
    notePrediction();
    if (!handingIn || handingIn.content !== contentOf()) handingIn = { save_id: hex(), content: contentOf() };
    handingIn.busy = true;
    byId("confirm-submit").setAttribute("aria-busy", "true");
    const reply = await exchange(data.submitUrl, { method: "POST", headers: { Accept: "text/html", "X-CSRFToken": csrf }, body: handInBody() });
    handingIn.busy = false;
    byId("confirm-submit").removeAttribute("aria-busy");
    if (reply.status === 302 || reply.status === 200 || reply.status === 409) { location.assign(data.resultUrl); return; }
    closeSheets();
    if (reply.status === 401) askToSignIn();
    else if (reply.status === 403 && (await readPageAgain()) && !failures) { failures += 1; handIn(); }
    else if (!signedOut) later(reply.status, reply.after);
    showState();
  }

  // -- Steps, marks, navigator
  const wide = matchMedia("(min-width: 56.25em)");
  const placeNavigator = () => {
    if (wide.matches) { byId("navigator-sheet").close(); byId("navigator-rail").append(byId("navigator")); }
    else byId("navigator-sheet").querySelector("form").after(byId("navigator"));
  };
  const closeSheets = () => all("dialog[open]").forEach((sheet) => sheet.close());
  const go = (index, focus = true) => {
    restoreBlank();
    current = Math.max(0, Math.min(index, steps.length - 1));
    steps.forEach((step, place) => { step.hidden = place !== current; });
    closeSheets();
    const last = current === steps.length - 1;
    for (const [name, shown] of Object.entries({ back: current > 0, onward: !last, review: last, navigator: steps[current] !== predictionStep })) document.querySelector(`.quiz-foot [data-go=${name}]`).hidden = !shown;
    keep();
    showProgress();
    if (!focus) return;
    scrollTo(0, 0);
    const heading = steps[current].querySelector("legend");
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  };
  const keys = steps.map((step, index) => {
    const key = document.createElement("button");
    key.type = "button";
    key.className = step === predictionStep ? "navigator-key navigator-prediction" : "navigator-key num";
    key.textContent = step === predictionStep ? "Câu phụ" : numberOf(step);
    key.addEventListener("click", () => go(index));
    return key;
  });
  const showProgress = () => {
    const answered = questionCount - missingNumbers().length;
    byId("navigator-title").textContent = `Đã trả lời ${answered}/${questionCount} câu`;
    byId("progress").textContent = steps[current] === predictionStep ? "Câu phụ" : `${numberOf(steps[current])}/${questionCount}`;
    steps.forEach((step, index) => {
      const number = numberOf(step);
      const isAnswered = step === predictionStep ? predicted() !== "" : lettersOf(number) !== "";
      const key = keys[index];
      key.classList.toggle("is-answered", isAnswered);
      key.classList.toggle("is-marked", marks.has(number));
      key.setAttribute("aria-label", `${step === predictionStep ? "Câu phụ" : `Câu ${number}`}, ${isAnswered ? "đã trả lời" : "chưa trả lời"}${marks.has(number) ? ", xem lại sau" : ""}`);
      if (index === current) key.setAttribute("aria-current", "step"); else key.removeAttribute("aria-current");
    });
  };

  // -- The hand-in dialog: the safe choice first while anything is missing
  const inWords = (milliseconds) => {
    const seconds = Math.ceil(milliseconds / 1000), minutes = Math.floor(seconds / 60);
    return `${minutes ? `${minutes} phút ` : ""}${minutes ? String(seconds % 60).padStart(2, "0") : seconds % 60} giây`;
  };
  const jumpTo = (words, index) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-secondary";
    button.textContent = words;
    button.addEventListener("click", () => go(index));
    return button;
  };
  const review = () => {
    restoreBlank();
    closeSheets();
    const missing = missingNumbers(), answered = questionCount - missing.length;
    const lacksPrediction = predictionInput && predicted() === "";
    const complete = !missing.length && !lacksPrediction;
    byId("confirm-title").textContent = missing.length ? `Còn ${missing.length} câu chưa trả lời` : lacksPrediction ? "Chưa ghi số dự đoán" : "Nộp bài";
    byId("confirm-text").textContent = missing.length ? "Câu chưa trả lời tính là sai." : lacksPrediction ? "Không có số dự đoán thì xếp sau người cùng số câu đúng." : "Bạn đã trả lời đủ.";
    byId("confirm-left").textContent = inWords(remaining());
    const jumps = missing.map((number) => jumpTo(`Tới câu ${number}`, steps.findIndex((step) => numberOf(step) === number)));
    if (lacksPrediction) jumps.push(jumpTo("Tới câu phụ", steps.length - 1));
    byId("confirm-jump").replaceChildren(...jumps);
    byId("confirm-answered").textContent = `${answered}/${questionCount} câu`;
    byId("confirm-prediction-row").hidden = !predictionInput;
    if (predictionInput) byId("confirm-prediction").textContent = lacksPrediction ? "chưa ghi" : `${grouped(predicted())} ${predictionInput.dataset.unit || ""}`;
    const back = byId("confirm-back"), hand = byId("confirm-submit");
    hand.querySelector("span").textContent = complete ? "NỘP BÀI" : `Nộp bài với ${answered} câu`;
    hand.className = `button button-wide ${complete ? "button-primary button-main" : "button-secondary"}`;
    back.className = `button button-wide ${complete ? "button-secondary" : "button-onward button-main"}`;
    byId("confirm-actions").append(...(complete ? [hand, back] : [back, hand]));
    byId("confirm-sheet").showModal();
    (complete ? hand : back).focus();
  };

  // -- Timer
  let spoken = [5, 1].filter((minutes) => remaining() > minutes * MINUTE);
  let tickTimer = 0;
  // Some machines stop performance.now() while they sleep: the wall clock betrays it, the server tells the time again.
  const resync = () => {
    if (resyncing) return;
    resyncing = true;
    readPageAgain().finally(() => { resyncing = false; tick(); });
  };
  const checkSleep = () => {
    const wall = Date.now(), now = performance.now();
    const slept = Math.abs(wall - lastWall - (now - lastTick)) > 3000;
    lastWall = wall;
    lastTick = now;
    if (!slept) return;
    stale = true;
    quickest = Infinity;
    resync();
  };
  function tick() {
    clearTimeout(tickTimer);
    checkSleep();
    const left = remaining(), seconds = Math.ceil(left / 1000);
    const digits = `${String(Math.floor(seconds / 60)).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`;
    if (byId("timer").textContent !== digits) byId("timer").textContent = digits;
    byId("timer-bar").setAttribute("width", `${Math.min(100, (100 * left) / whole).toFixed(1)}%`);
    byId("quiz-bar").classList.toggle("timer-low", left <= 5 * MINUTE);
    byId("quiz-bar").classList.toggle("timer-last", left <= MINUTE);
    for (const minutes of spoken.filter((mark) => left <= mark * MINUTE)) {
      announce(`Còn ${minutes} phút.`);
      spoken = spoken.filter((mark) => mark !== minutes);
    }
    if (byId("confirm-sheet").open) byId("confirm-left").textContent = inWords(left);
    if (left > 0) tickTimer = setTimeout(tick, (left % 1000) + 15);
    else if (!handingIn && !stopped && !signedOut && !resyncing) { announce("Hết giờ. Bài đang được nộp."); handIn(); }
  }

  // -- Start: answers kept on this device go over the saved ones of the page, then out
  const restore = () => {
    for (const input of all("input[type=radio], input[type=checkbox]", form)) {
      if (input.checked === input.defaultChecked) continue;
      // Chosen while this script was on its way. Where the browser itself may have refilled the form, the page holds.
      if (form.autocomplete === "off") early.add(Number(input.name.slice(1)));
      else input.checked = input.defaultChecked;
    }
    for (const number of early) if (lettersOf(number)) pending.answers[number] = lettersOf(number);
    const { answers, prediction } = owed();
    for (const [number, letters] of Object.entries(answers)) for (const input of inputsOf(number)) input.checked = letters.includes(input.value);
    if (predictionInput && prediction !== undefined) predictionInput.value = prediction === null ? "" : String(prediction);
    if (predictionInput && predictionInput.type === "text") predictionInput.value = grouped(predicted());
    for (const step of steps) {
      const number = numberOf(step);
      given.set(number, step === predictionStep ? predicted() : lettersOf(number));
    }
  };
  const listen = () => {
    form.addEventListener("change", (event) => {
      if (/^q\d+$/.test(event.target.name)) answerChanged(Number(event.target.name.slice(1)));
    });
    const predictionDone = () => { clearTimeout(typingTimer); restoreBlank(); predictionChanged(); };
    predictionInput?.addEventListener("change", predictionDone);
    predictionInput?.addEventListener("blur", predictionDone);
    predictionInput?.addEventListener("input", () => {
      if (predictionInput.type === "text") predictionInput.value = grouped(predicted());
      clearTimeout(typingTimer);
      typingTimer = setTimeout(predictionChanged, TYPING_PAUSE);
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (current === steps.length - 1) review(); else go(current + 1);
    });
    form.addEventListener("keydown", (event) => {
      if (event.target.name === "prediction" || event.ctrlKey || event.altKey || event.metaKey) return;
      const options = all("input[type=radio], input[type=checkbox]", steps[current]);
      if (/^[1-9]$/.test(event.key) && options[event.key - 1]) options[event.key - 1].click();
      else if (event.key === "Enter" && event.target.tagName === "LEGEND") form.requestSubmit();
      else return;
      event.preventDefault();
    });
    const doing = { back: () => go(current - 1), onward: () => go(current + 1), review, navigator: () => byId("navigator-sheet").showModal() };
    for (const button of all("[data-go]")) button.addEventListener("click", () => doing[button.dataset.go]());
    for (const button of all("[data-mark]", form)) {
      const number = Number(button.dataset.mark);
      button.setAttribute("aria-pressed", marks.has(number));
      button.hidden = false;
      button.addEventListener("click", () => {
        if (!marks.delete(number)) marks.add(number);
        button.setAttribute("aria-pressed", marks.has(number));
        keep();
        showProgress();
      });
    }
    byId("confirm-back").addEventListener("click", closeSheets);
    byId("confirm-submit").addEventListener("click", handIn);
    byId("send-now").addEventListener("click", resume);
    for (const sheet of all("dialog.sheet")) sheet.addEventListener("click", (event) => { if (event.target === sheet) sheet.close(); });
    addEventListener("online", () => { if (stale) resync(); resume(); });
    addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
    document.addEventListener("visibilitychange", () => { if (!document.hidden) { tick(); if (owedCount()) resume(); } });
    wide.addEventListener("change", placeNavigator);
  };

  restore();
  for (const node of all("[data-plain-buttons], form#attempt button:not([type=button])")) node.hidden = true;
  for (const node of all("[data-script]")) node.removeAttribute("hidden");
  byId("quiz").classList.add("quiz-ready");
  byId("navigator-keys").append(...keys);
  placeNavigator();
  listen();
  go(kept.step || 0, false);
  tick();
  save();
}
