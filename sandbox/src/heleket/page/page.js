"use strict";
// Follows the invoice: counts down, and draws the page anew when the invoice has changed.
(() => {
  const EVERY_MS = 1000;

  const main = () => document.querySelector("main[data-uuid]");
  if (!main()) return;

  const two = (number) => String(number).padStart(2, "0");

  const tell = (seconds) => {
    const place = document.getElementById("left");
    if (!place) return;
    const hours = Math.floor(seconds / 3600);
    const rest = two(Math.floor(seconds / 60) % 60) + ":" + two(seconds % 60);
    place.textContent = hours > 0 ? hours + ":" + rest : rest;
  };

  const offerCopy = () => {
    const button = document.getElementById("copy");
    const address = document.getElementById("address");
    if (!button || !address || !navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(address.textContent);
      button.textContent = button.dataset.done;
    });
  };

  const redraw = async () => {
    const typed = document.getElementById("amount")?.value;
    const focused = document.activeElement?.id;
    const answer = await fetch(location.pathname, { cache: "no-store" });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = fresh.querySelector("main");
    if (!next) return;
    main().replaceWith(document.adoptNode(next));
    document.title = fresh.title;
    const amount = document.getElementById("amount");
    if (amount && typed) amount.value = typed;
    if (focused) document.getElementById(focused)?.focus();
    // A region that stays is read out; one that was just put in is not.
    document.getElementById("said").textContent = document.getElementById("status").textContent;
    offerCopy();
  };

  const look = async () => {
    try {
      const path = "/pay/" + main().dataset.uuid + "/live";
      const answer = await fetch(path, { cache: "no-store" });
      const live = await answer.json();
      if (live.version !== main().dataset.version) await redraw();
      if (typeof live.left === "number") tell(live.left);
    } catch {
      // The sandbox is away: the next look may find it again.
    }
    if (main()) setTimeout(look, EVERY_MS);
  };

  offerCopy();
  tell(Number(main().dataset.left));
  look();
})();
