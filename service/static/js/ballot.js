// What the ticked projects cost together. Without it nothing is lost: the next page says the same.
(function () {
  "use strict";
  var sum = document.querySelector("[data-costs]");
  if (!sum) return;
  var costs = JSON.parse(sum.getAttribute("data-costs"));
  var boxes = [].slice.call(document.querySelectorAll("input[name=choice]"));
  var show = function () {
    var total = boxes.reduce(function (so_far, box) {
      return so_far + (box.checked ? costs[box.value] || 0 : 0);
    }, 0);
    var amount = new Intl.NumberFormat(document.documentElement.lang, {
      style: "currency", currency: "USD", currencyDisplay: "narrowSymbol", maximumFractionDigits: 0
    }).format(total);
    sum.textContent = sum.getAttribute("data-words").replace("…", amount);
  };
  boxes.forEach(function (box) { box.addEventListener("change", show); });
  show();
})();
