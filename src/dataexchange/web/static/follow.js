// A submission that is being worked on: say what is done now, and load the page anew when it has come further.
"use strict";
(() => {
  const way = document.querySelector("[data-follow]");
  if (!way) return;
  const note = way.querySelector("[role=status]");
  let pause = 700;
  const look = async () => {
    try {
      const answer = await fetch(way.dataset.follow, { headers: { Accept: "application/json" } });
      if (!answer.ok || answer.redirected) return location.reload();
      const told = await answer.json();
      if (told.status !== way.dataset.status) return location.reload();
      if (note && told.step && note.textContent !== told.step) note.textContent = told.step;
    } catch {
      pause = 5000;
    }
    pause = Math.min(pause * 1.15, 5000);
    setTimeout(look, pause);
  };
  setTimeout(look, pause);
})();
