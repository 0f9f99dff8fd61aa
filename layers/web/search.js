// One box for zones, streets, places and the plans' words: Chinese, pinyin and English.
(function (PlanMap) {
  "use strict";
  const { element, button, icon } = PlanMap.dom;
  const FEW = 9;
  const MANY = 60;
  const KINDS = ["zone", "street", "place", "passage"];

  const plain = (words) => words.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase().trim();
  const letters = (words) => plain(words).replace(/[^a-z0-9]/g, "");

  // Where the letters of a query stand in a row of syllables: the characters from and to.
  function spelled(syllables, query) {
    for (let i = 0; i < syllables.length; i += 1) {
      let rest = query;
      let j = i;
      while (j < syllables.length && rest && syllables[j] && rest.startsWith(syllables[j])) {
        rest = rest.slice(syllables[j].length);
        j += 1;
      }
      if (!rest || (j < syllables.length && rest.length < query.length && syllables[j].startsWith(rest))) {
        return [i, rest ? j + 1 : j];
      }
      if (j === i && syllables[i] && syllables[i].startsWith(query)) return [i, i + 1];
    }
    const initials = syllables.map((one) => one[0] || " ").join("");
    const at = query.length > 1 ? initials.indexOf(query) : -1;
    return at < 0 ? null : [at, at + query.length];
  }

  // index: rows {k kind, z Chinese, e English, p syllables of z, zones, plan, key, where}.
  // Returns rows with what was found in them, the best first; those of `plan` before others as good.
  function find(index, words, lang, plan) {
    const query = plain(words);
    if (!query) return [];
    const spelt = letters(words);
    const chinese = /[\u3400-\u9fff]/.test(query);
    const hits = [];
    index.forEach((row, order) => {
      const text = row.folded || (row.folded = row.z.toLowerCase());
      let span = null;
      let rank = 0;
      const at = text.indexOf(query);
      if (at >= 0) {
        span = [at, at + query.length];
        rank = at === 0 ? (text.length === query.length ? 0 : 1) : 2;
      } else if (!chinese && spelt) {
        if (row.e && plain(row.e).includes(query)) {
          span = [0, 0];
          rank = plain(row.e).startsWith(query) ? 1 : 2;
        } else if (row.p && spelt.length > 1) {
          const syllables = row.syllables || (row.syllables = row.p.split(" "));
          span = spelled(syllables, spelt);
          rank = span && span[0] === 0 ? 1 : 3;
        }
      }
      if (span) hits.push({ row, span, score: KINDS.indexOf(row.k) * 10 + rank + (row.faint ? 4 : 0) + (row.plan && row.plan !== plan ? 0.5 : 0), order });
    });
    return hits.sort((a, b) => a.score - b.score || a.order - b.order);
  }

  class SearchBox {
    constructor(app) {
      this.app = app;
      this.node = element("div", "pm-search");
      this.node.setAttribute("role", "search");
      this.toggle = button("pm-icon-button pm-phone pm-search-open", null, () => this.show(true));
      this.toggle.appendChild(icon("search"));
      this.field = element("input", "");
      this.field.type = "search";
      this.field.autocomplete = "off";
      this.field.spellcheck = false;
      const link = { role: "combobox", "aria-autocomplete": "list", "aria-controls": "pm-found", "aria-expanded": "false" };
      Object.entries(link).forEach(([name, value]) => this.field.setAttribute(name, value));
      this.found = element("div", "pm-found");
      this.found.hidden = true;
      this.list = element("ul", "");
      this.list.id = "pm-found";
      this.list.setAttribute("role", "listbox");
      this.state = element("p", "pm-found-state");
      this.state.setAttribute("role", "status");
      this.found.append(this.state, this.list);
      const box = element("div", "pm-search-box");
      box.append(icon("search", 17), this.field);
      this.node.append(this.toggle, box, this.found);
      this.at = -1;
      this.field.addEventListener("input", () => this.ask());
      this.field.addEventListener("focus", () => this.ask());
      this.field.addEventListener("keydown", (event) => this.key(event));
      this.node.addEventListener("focusout", (event) => {
        if (!this.node.contains(event.relatedTarget)) this.show(false);
      });
    }

    render() {
      const { t } = this.app;
      this.field.placeholder = t("frame.search_hint");
      this.field.setAttribute("aria-label", t("frame.search"));
      this.list.setAttribute("aria-label", t("frame.search"));
      this.toggle.setAttribute("aria-label", t("frame.search"));
    }

    show(on) {
      this.node.classList.toggle("pm-searching", on);
      if (on) {
        this.field.focus();
        return;
      }
      this.found.hidden = true;
      this.field.setAttribute("aria-expanded", "false");
      this.app.front();
    }

    ask(words) {
      if (words !== undefined) this.field.value = words;
      const { app } = this;
      if (!this.index) {
        app.host.load("search", (index) => {
          this.index = index;
          if (document.activeElement === this.field) this.ask();
        });
        return;
      }
      const hits = find(this.index, this.field.value, app.state.lang, app.state.plan);
      this.hits = this.all ? hits.slice(0, MANY) : this.some(hits);
      this.fill(hits.length);
    }

    // A few of each kind, so that words of the plans show beside names.
    some(hits) {
      const counts = {};
      return hits.filter((hit) => {
        const kind = hit.row.k;
        counts[kind] = (counts[kind] || 0) + 1;
        return counts[kind] <= (kind === "passage" ? 4 : 3);
      }).slice(0, FEW + 4);
    }

    fill(count) {
      const { app } = this;
      const { t, pick } = app;
      const asked = Boolean(this.field.value.trim());
      this.at = -1;
      this.field.removeAttribute("aria-activedescendant");
      this.found.hidden = !asked;
      app.front();
      this.field.setAttribute("aria-expanded", String(asked && count > 0));
      this.state.textContent = !asked ? "" : count ? t("frame.found", { count })
        : t("search.nothing", { query: this.field.value.trim() });
      PlanMap.put(this.list, ...this.hits.map((hit, number) => {
        const { row, span } = hit;
        const item = element("li", `pm-hit pm-hit-${row.k}`);
        item.id = `pm-hit-${number}`;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        const line = element("span", "pm-hit-line");
        line.lang = "zh";
        const english = app.state.lang === "en" && row.e;
        const from = Math.max(0, span[0] - 14);
        const to = row.k === "passage" ? Math.min(row.z.length, span[1] + 26) : row.z.length;
        line.append((from && row.k === "passage" ? "…" : "") + row.z.slice(row.k === "passage" ? from : 0, span[0]));
        if (span[1] > span[0]) line.appendChild(element("mark", "", row.z.slice(span[0], span[1])));
        line.append(row.z.slice(span[1], to) + (to < row.z.length ? "…" : ""));
        const plan = row.plan ? pick(app.plan(row.plan).name) : "";
        const more = [english && row.z, t(`frame.kind_${row.k}`), plan, row.k === "passage" && row.name &&
          pick(row.name)];
        item.append(english ? element("span", "pm-hit-line", row.e) : line, element("small", "", more.filter(Boolean).join(" · ")));
        item.addEventListener("mousedown", (event) => event.preventDefault());
        item.addEventListener("click", () => this.take(hit));
        return item;
      }));
      if (asked && !this.all && count > this.hits.length) {
        const more = element("li", "pm-hit pm-hit-more", t("frame.found_more", { count: count - this.hits.length }));
        more.id = `pm-hit-${this.hits.length}`;
        more.setAttribute("role", "option");
        more.setAttribute("aria-selected", "false");
        more.addEventListener("mousedown", (event) => event.preventDefault());
        more.addEventListener("click", () => this.takeAll());
        this.list.appendChild(more);
      }
    }

    takeAll() {
      this.all = true;
      this.ask();
      this.all = false;
    }

    key(event) {
      const items = [...this.list.children];
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step && items.length) {
        event.preventDefault();
        this.at = (this.at + step + items.length) % items.length;
        items.forEach((item, number) => item.setAttribute("aria-selected", String(number === this.at)));
        items[this.at].scrollIntoView({ block: "nearest" });
        this.field.setAttribute("aria-activedescendant", items[this.at].id);
      } else if (event.key === "Enter" && items.length) {
        event.preventDefault();
        items[Math.max(0, this.at)].click();
      } else if (event.key === "Escape") {
        event.stopPropagation();
        if (this.found.hidden) this.field.value = "";
        this.show(false);
      }
    }

    take({ row }) {
      const { app } = this;
      this.show(false);
      this.field.value = "";
      app.openFound(row);
    }
  }

  PlanMap.find = find;
  PlanMap.SearchBox = SearchBox;
})((window.PlanMap = window.PlanMap || {}));
