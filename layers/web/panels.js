// Dialogs, sharing, and the rest of a phone's views.
(function (PlanMap) {
  "use strict";
  const { element, button, iconButton } = PlanMap.dom;

  // One dialog at a time; focus moves in and back, Escape closes.
  class Dialog {
    constructor(app) {
      this.app = app;
      this.node = element("div", "pm-shade");
      this.node.hidden = true;
      this.node.addEventListener("click", (event) => { if (event.target === this.node) this.close(); });
    }

    get isOpen() { return !this.node.hidden; }

    show(title, nodes, opener) {
      this.opener = opener || document.activeElement;
      const box = element("div", "pm-dialog");
      box.setAttribute("role", "dialog");
      box.setAttribute("aria-modal", "true");
      box.setAttribute("aria-label", title);
      box.tabIndex = -1;
      const head = element("header", "");
      head.append(element("h2", "", title), iconButton("pm-close", "close", this.app.t("frame.close"), () => this.close()));
      box.append(head, ...nodes);
      box.addEventListener("keydown", (event) => {
        if (event.key !== "Tab") return;
        const all = [...box.querySelectorAll("button, a[href], input, textarea, select")];
        const [first, last] = [all[0], all[all.length - 1]];
        if (event.shiftKey && (document.activeElement === first || document.activeElement === box)) {
          event.preventDefault();
          last.focus();
        } else if (!event.shiftKey && document.activeElement === last) {
          event.preventDefault();
          first.focus();
        }
      });
      PlanMap.put(this.node, box);
      this.node.hidden = false;
      this.app.front();
      const field = box.querySelector("textarea, input");
      if (field) {
        field.focus();
        field.select();
      } else {
        box.focus();
      }
    }

    close() {
      this.node.hidden = true;
      PlanMap.put(this.node);
      this.app.front();
      if (this.opener && this.opener.isConnected) this.opener.focus();
    }
  }

  class Share {
    constructor(app) { this.app = app; }

    render() {}

    open() {
      const { app } = this;
      const { t } = app;
      const link = app.link();
      const embed = link + (link.includes("?") ? (link.endsWith("?") ? "" : "&") : "?") + "embed=1";
      const nodes = [
        this.field(t("frame.share_link"), link),
        this.field(t("frame.share_embed"),
          `<iframe src="${embed.replace(/&/g, "&amp;")}" width="800" height="520" title="${app.pick(app.data.title)}"></iframe>`),
      ];
      // Code and picture come with a file of their own, loaded when they are wanted.
      const box = element("div", "pm-qr");
      const row = element("div", "pm-actions");
      nodes.push(box);
      app.host.load("tools", (qrcode) => {
        const image = PlanMap.qrImage(qrcode, link, t("frame.share_qr"));
        if (image) PlanMap.put(box, image);
      });
      row.append(button("pm-button", t("frame.picture"), (event) => this.picture(event.currentTarget)));
      row.append(button("pm-button", t("frame.present"), () => {
        app.dialog.close();
        app.stops.open();
      }), button("pm-button", t("frame.print"), () => {
        app.dialog.close();
        window.print();
      }));
      nodes.push(row);
      app.dialog.show(t("frame.share"), nodes);
    }

    // To the clipboard where the browser lets a page write pictures there, else as a file.
    picture(one) {
      const { app } = this;
      const told = (words) => {
        one.textContent = words;
        app.say(words);
      };
      const save = (blob) => {
        const link = element("a", "");
        link.href = URL.createObjectURL(blob);
        link.download = `${app.pick(app.data.title)}.png`;
        link.click();
        window.setTimeout(() => URL.revokeObjectURL(link.href), 10000);
        told(app.t("frame.picture_saved"));
      };
      app.host.load("tools", () => PlanMap.picture(app, app.pictured()).then((blob) => {
        if (!navigator.clipboard || !window.ClipboardItem || !window.isSecureContext) save(blob);
        else navigator.clipboard.write([new window.ClipboardItem({ "image/png": blob })]).then(() => told(app.t("frame.picture_copied")), () => save(blob));
      }, () => told(app.t("frame.picture_failed"))));
    }

    field(words, value) {
      const { app } = this;
      const label = element("label", "pm-field");
      const field = element("input", "");
      field.readOnly = true;
      field.value = value;
      field.addEventListener("focus", () => field.select());
      const copy = button("pm-button", app.t("frame.copy"), () => {
        field.focus();
        field.select();
        const done = () => {
          copy.textContent = app.t("map.link_copied");
          app.say(app.t("map.link_copied"));
        };
        if (navigator.clipboard && window.isSecureContext) {
          navigator.clipboard.writeText(value).then(done, () => document.execCommand("copy") && done());
        } else if (document.execCommand("copy")) {
          done();
        }
      });
      const row = element("span", "pm-field-row");
      row.append(field, copy);
      label.append(element("span", "", words), row);
      return label;
    }
  }

  // The views that a phone's four buttons leave out.
  class More {
    constructor(app) { this.app = app; }

    open() {
      const { app } = this;
      const views = ["own", "export"].filter((id) => app.host.views.includes(id));
      const box = element("div", "pm-more-list");
      box.append(...views.map((id) => PlanMap.viewLink(app, id, "pm-item")));
      (app.host.extras || []).forEach((extra) => {
        const link = element("a", "pm-item", app.pick(extra.name));
        link.href = extra.href;
        box.appendChild(link);
      });
      box.append(button("pm-item", app.t("frame.share"), () => {
        app.dialog.close();
        app.share.open();
      }), button("pm-item", app.state.lang === "en" ? "中文" : "English", () => {
        app.dialog.close();
        app.set({ lang: app.state.lang === "en" ? "zh" : "en" });
      }));
      app.dialog.show(app.t("frame.more_views"), [box]);
    }

    close() { if (this.app.dialog.isOpen) this.app.dialog.close(); }
  }

  // What a print needs and the screen has in its bars: title, sources, a place for the map approval number.
  class Printed {
    constructor(app) {
      this.app = app;
      this.head = element("div", "pm-print-head");
      this.foot = element("div", "pm-print-foot");
    }

    render() {
      const { app } = this;
      const { state, t, pick, data } = app;
      const ids = state.view === "compare" ? [state.from, state.to] : [state.plan];
      const plans = ids.map((id) => app.plan(id)).map((plan) => `${pick(plan.name)} ${plan.from}–${plan.to}`).join(" ⇄ ");
      PlanMap.put(this.head, element("strong", "", pick(data.title)), element("span", "", plans));
      PlanMap.put(this.foot, element("strong", "", t("notice.disclaimer")), element("span", "", pick(data.attribution)),
        element("span", "", `${t("notice.datum_short")} · ${t("map.data_version")} ${data.version}${state.today ? ` · ${state.today}` : ""}`),
        element("span", "", `${t("frame.approval_number")} ${data.review_number || "________________"}`));
    }
  }

  PlanMap.Dialog = Dialog;
  PlanMap.Printed = Printed;
  PlanMap.Share = Share;
  PlanMap.More = More;
})((window.PlanMap = window.PlanMap || {}));
