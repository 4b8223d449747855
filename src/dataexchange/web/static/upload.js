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
      if (event.dataTransfer.files.length) input.files = event.dataTransfer.files;
      fits();
    });

    const fits = () => {
      const file = input.files[0];
      const large = file && file.size > most;
      input.setCustomValidity(large ? `This file has ${megabytes(file.size)} MB; up to ${megabytes(most)} MB can be sent.` : "");
      if (large) input.reportValidity();
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
        document.querySelector("main").replaceWith(document.adoptNode(answer));
        enhance();
        document.querySelector("[role=alert], h1")?.scrollIntoView();
        document.querySelector("[aria-invalid]")?.focus();
      });
      const failed = () => {
        button.disabled = false;
        bar.value = 0;
        said.textContent = "The connection broke before the file was sent. Try again.";
      };
      request.addEventListener("error", failed);
      request.open("POST", form.action);
      request.send(new FormData(form));
    });
  };
  enhance();
})();
