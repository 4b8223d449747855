// The upload form, made pleasanter: drop a file on it, see how much is sent. Without this script it works as a plain form.
"use strict";
(() => {
  const enhance = () => {
    const form = document.querySelector("form[data-upload]");
    if (!form) return;
    const drop = form.querySelector(".drop");
    const input = drop.querySelector("input[type=file]");
    const sending = form.querySelector(".sending");
    const bar = sending.querySelector("progress");
    const said = sending.querySelector("[role=status]");
    const button = form.querySelector(".actions button");
    form.querySelector("[data-drop]").hidden = false;
    const most = Number(form.dataset.most);
    const megabytes = (bytes) => (bytes / 1048576).toFixed(bytes < 10485760 ? 1 : 0);

    const over = (on) => (event) => {
      event.preventDefault();
      drop.classList.toggle("over", on);
    };
    drop.addEventListener("dragover", over(true));
    drop.addEventListener("dragleave", over(false));
    drop.addEventListener("drop", (event) => {
      over(false)(event);
      const [first, ...others] = event.dataTransfer.files;
      if (!first) return;
      const one = new DataTransfer();
      one.items.add(first);
      input.files = one.files;
      fits();
      // After `fits`, which takes back what was said of an earlier file.
      if (others.length) say(`Only ${first.name} was taken: send the ${others.length === 1 ? "other one" : `other ${others.length}`} afterwards.`);
    });

    const taken = form.querySelector("[data-taken]");
    const say = (words) => {
      taken.textContent = words;
      taken.hidden = !words;
    };
    const endings = input.accept.split(",");

    const fits = () => {
      const file = input.files[0];
      const large = file && file.size > most;
      const other = file && !endings.some((ending) => file.name.toLowerCase().endsWith(ending));
      let wrong = "";
      if (large) wrong = `This file has ${megabytes(file.size)} MB; up to ${megabytes(most)} MB can be sent.`;
      if (other) wrong = `${file.name.slice(-60)} is no table: its name has to end with one of ${endings.join(" ")}.`;
      say("");
      input.setCustomValidity(wrong);
      if (wrong) input.reportValidity();
    };
    input.addEventListener("change", fits);

    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const request = new XMLHttpRequest();
      button.disabled = true;
      sending.hidden = false;
      said.textContent = "Sending …";
      request.upload.addEventListener("progress", (sent) => {
        if (!sent.lengthComputable) return;
        bar.value = (100 * sent.loaded) / sent.total;
        said.textContent = `${megabytes(sent.loaded)} of ${megabytes(sent.total)} MB sent`;
      });
      request.addEventListener("load", () => {
        const there = new URL(request.responseURL || form.action, location.href);
        if (request.status < 400 && there.pathname !== location.pathname) return location.assign(there);
        const answer = new DOMParser().parseFromString(request.responseText, "text/html").querySelector("main");
        if (!answer) return failed();
        const { table, publish } = form.elements;
        document.querySelector("main").replaceWith(document.adoptNode(answer));
        // Where the file was refused on its way, what came after it was not read.
        const again = document.querySelector("form[data-upload]").elements;
        if (table.value && !again.table.value) again.table.value = table.value;
        again.publish.checked = publish.checked;
        enhance();
        const proposal = document.getElementById("proposal");
        (document.querySelector("[role=alert]") ?? proposal ?? document.querySelector("h1"))?.scrollIntoView();
        (document.querySelector("[aria-invalid]") ?? proposal)?.focus();
      });
      const failed = async () => {
        // A session that ended is answered before all is sent, and browsers do not look at such an answer.
        const now = await fetch(form.action).catch(() => null);
        if (now?.redirected) return location.assign("/sign-in?next=/upload&ended=1");
        button.disabled = false;
        bar.value = 0;
        said.textContent = "The connection broke before the file was sent. Try again.";
      };
      request.addEventListener("error", failed);
      request.open("POST", form.action);
      request.send(new FormData(form, event.submitter));
    });
  };
  enhance();
})();
