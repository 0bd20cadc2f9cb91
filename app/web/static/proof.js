// Counts that follow what is typed: <form data-proof-form> is sent with action=count after a pause, and every [data-proof]
// of the answer takes the place of its own. Nothing is saved; the button "Đếm lại câu hỏi" does the same without script.
"use strict";
{
  const form = document.querySelector("[data-proof-form]");
  const PAUSE = 600;
  let timer = 0, asked = 0;
  const count = async () => {
    const body = new FormData(form);
    const number = (asked += 1);
    body.set("action", "count");
    try {
      const reply = await fetch(location.href, { method: "POST", body: new URLSearchParams(body) });
      if (!reply.ok || number !== asked) return;
      const page = new DOMParser().parseFromString(await reply.text(), "text/html");
      for (const node of document.querySelectorAll("[data-proof]")) {
        const fresh = page.getElementById(node.id);
        if (fresh && fresh.innerHTML !== node.innerHTML) node.replaceChildren(...fresh.childNodes);
      }
    } catch { /* offline: the figures stay, the button still works */ }
  };
  form?.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(count, PAUSE);
  });
}
