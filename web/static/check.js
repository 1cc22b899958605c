// Says what is wrong where the page itself cannot: a classic script, because modules do not load from files.
(function () {
  var why = location.protocol === "file:" ? "file" : "";
  if (!window.WebAssembly || !window.Worker || !("noModule" in HTMLScriptElement.prototype)) why = "old";
  if (!why) return;
  document.addEventListener("DOMContentLoaded", function () {
    var main = document.getElementById("cannot");
    main.hidden = false;
    for (var part of main.querySelectorAll("[data-why]")) part.hidden = part.getAttribute("data-why") !== why;
  });
})();
