// The preview follows what is typed: <form data-preview-form data-preview-url="…"> is sent there after a pause, without
// its file, and the answer fills [data-preview]. Nothing is saved; "Xem trước" does the same without script.
"use strict";
{
  const form = document.querySelector("[data-preview-form]");
  const place = document.querySelector("[data-preview]");
  const PAUSE = 600;
  let timer = 0, asked = 0;
  const refresh = async () => {
    const body = new URLSearchParams();
    const number = (asked += 1);
    for (const [name, value] of new FormData(form)) if (typeof value === "string") body.append(name, value);
    try {
      const reply = await fetch(form.dataset.previewUrl, { method: "POST", body });
      if (!reply.ok || number !== asked) return;
      const page = new DOMParser().parseFromString(await reply.text(), "text/html");
      place.replaceChildren(...page.body.childNodes);
    } catch { /* offline: the button still works */ }
  };
  form?.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, PAUSE);
  });
}
