/* Optional. Every page works the same without it. */
(function () {
  "use strict";
  var errors = document.getElementById("errors");
  if (errors) {
    errors.focus();
    // Whoever later comes Back to this page is asked the question anew, not whether to send again.
    var asked = document.querySelector("[data-asked-at]");
    var forget = function () {
      history.replaceState(null, "", asked ? asked.getAttribute("data-asked-at") : location.href);
    };
    document.addEventListener("submit", forget);
    document.addEventListener("click", function (event) {
      if (event.target.closest("a[href^='/']")) forget();
    });
  }

  var leave = document.querySelector("[data-leave]");
  if (leave) {
    leave.addEventListener("click", function (event) {
      event.preventDefault();
      document.body.hidden = true;
      location.replace(leave.href);
    });
  }

  // A warning two minutes before the visit ends, and a button that starts the time anew.
  var waits = document.querySelector("[data-waits]");
  if (waits) {
    var soon = document.querySelector("[data-waits-soon]");
    var length = Number(waits.getAttribute("data-waits")) * 1000;
    var timer;
    var wait = function () {
      clearTimeout(timer);
      soon.hidden = true;
      timer = setTimeout(function () {
        soon.hidden = false;
        soon.setAttribute("role", "alert");
      }, Math.max(length - 120000, 0));
    };
    soon.querySelector("[data-stay]").addEventListener("click", function () {
      fetch(location.pathname, { redirect: "manual", cache: "no-store" }).then(function (answer) {
        if (answer.ok) wait();
      });
    });
    wait();
  }

  // The sum under irregular pay: cents as whole numbers, shown only when every amount reads.
  var sum = document.querySelector("[data-sum]");
  if (sum) {
    var inputs = [].slice.call(document.querySelectorAll("[data-sum-of] input"));
    var cents = function (text) {
      var match = /^\$?\s*(\d{1,3}(?:,\d{3})*|\d{1,9})(?:\.(\d{2}))?$/.exec(text.trim());
      return match ? Number(match[1].replace(/,/g, "")) * 100 + Number(match[2] || 0) : NaN;
    };
    var show = function () {
      var told = inputs.filter(function (input) { return input.value.trim() !== ""; });
      var total = told.reduce(function (so_far, input) { return so_far + cents(input.value); }, 0);
      sum.parentNode.hidden = !told.length || isNaN(total);
      sum.textContent = new Intl.NumberFormat(document.documentElement.lang, {
        style: "currency", currency: "USD", currencyDisplay: "narrowSymbol"
      }).format(total / 100);
    };
    inputs.forEach(function (input) { input.addEventListener("input", show); });
    show();
  }
})();
