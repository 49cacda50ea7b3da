(function () {
  "use strict";
  var filter = document.querySelector("[data-filter]");
  if (filter) {
    var words = filter.querySelector("input");
    var status = filter.querySelector("select");
    var count = filter.querySelector("output");
    var groups = Array.prototype.slice.call(document.querySelectorAll("details[data-group]"));
    var closed = groups.map(function (group) { return !group.open; });
    var apply = function () {
      var wanted = words.value.trim().toLowerCase();
      var all = !wanted && !status.value;
      var shown = 0;
      groups.forEach(function (group, i) {
        var some = false;
        group.querySelectorAll("[data-status]").forEach(function (row) {
          var fits = (!status.value || row.dataset.status === status.value)
              && row.textContent.toLowerCase().indexOf(wanted) >= 0;
          row.hidden = !fits;
          some = some || fits;
          shown += fits ? 1 : 0;
        });
        group.hidden = !some;
        group.open = all ? !closed[i] : some;
      });
      count.textContent = all ? "" : shown === 1 ? "1 rule" : shown + " rules";
    };
    words.addEventListener("input", apply);
    status.addEventListener("change", apply);
    filter.hidden = false;
  }
  var opened = [];
  window.addEventListener("beforeprint", function () {
    opened = Array.prototype.slice.call(document.querySelectorAll("details:not([open])"));
    opened.forEach(function (part) { part.open = true; });
  });
  window.addEventListener("afterprint", function () {
    opened.forEach(function (part) { part.open = false; });
  });
})();
