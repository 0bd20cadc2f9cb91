// Figures that stay fresh: <p data-live="address" data-every="seconds" data-target="id"> with <… data-live-state>.
// Asks only while the page is seen; says so when an answer does not come, and keeps the old figures.
"use strict";
for (const node of document.querySelectorAll("[data-live]")) {
  const target = document.getElementById(node.dataset.target);
  const state = node.querySelector("[data-live-state]");
  const every = Number(node.dataset.every) * 1000;
  const hour = () => new Date().toLocaleTimeString("vi-VN", { timeZone: "Asia/Ho_Chi_Minh", hour12: false });
  let fresh = hour(), timer = 0, asking = false;

  const ask = async () => {
    clearTimeout(timer);
    if (document.hidden || asking) return;
    asking = true;
    try {
      const reply = await fetch(node.dataset.live, { headers: { Accept: "text/html" }, redirect: "error" });
      if (!reply.ok) throw new Error(reply.status);
      target.innerHTML = await reply.text();
      fresh = hour();
      if (state.dataset.old) { state.textContent = "Đã nối lại, số liệu tự làm mới."; delete state.dataset.old; }
    } catch {
      state.textContent = `Chưa lấy được số mới. Số liệu này lúc ${fresh}.`;
      state.dataset.old = "1";
    }
    asking = false;
    timer = setTimeout(ask, every);
  };
  state.textContent = `Số liệu tự làm mới mỗi ${node.dataset.every} giây.`;
  timer = setTimeout(ask, every);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
}
