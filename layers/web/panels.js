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
        field.scrollTop = 0;
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
      const nodes = [this.field(t("frame.share_link"), link)];
      // Nobody else can open what stands on this machine alone.
      if (/^(file:|https?:\/\/(localhost|127\.|\[::1\]))/.test(link)) nodes.push(element("p", "pm-quiet", t("frame.share_local")));
      // Code and picture come with a file of their own, loaded when they are wanted.
      const box = element("div", "pm-qr");
      nodes.push(box);
      app.host.load("tools", (qrcode) => {
        const image = PlanMap.qrImage(qrcode, link, t("frame.share_qr"));
        if (image) PlanMap.put(box, image);
      });
      nodes.push(this.field(t("frame.share_embed"),
        `<iframe src="${embed.replace(/&/g, "&amp;")}" width="800" height="520" title="${app.pick(app.data.title)}" allow="fullscreen"></iframe>`),
      element("p", "pm-quiet", t("frame.share_embed_where")));
      const row = element("div", "pm-actions");
      // Without a clipboard for pictures, as on plain http, the file alone is offered.
      if (this.hasClipboard()) row.append(button("pm-button", t("frame.picture"), (event) => this.picture(event.currentTarget, true)));
      row.append(button("pm-button", t("frame.picture_save"), (event) => this.picture(event.currentTarget, false)),
        button("pm-button", t("frame.present_choose"), () => {
          app.dialog.close();
          app.stops.open();
        }), button("pm-button", t("frame.print"), () => {
          app.dialog.close();
          app.host.print();
        }));
      nodes.push(row);
      app.dialog.show(t("frame.share"), nodes);
    }

    hasClipboard() { return Boolean(window.isSecureContext && navigator.clipboard && navigator.clipboard.write && window.ClipboardItem); }

    // To the clipboard, else as a file.
    picture(one, copied) {
      const { app } = this;
      const told = (words) => {
        one.textContent = words;
        app.say(words);
      };
      const plans = app.plansShown().map((id) => app.pick(app.plan(id).short)).join("-");
      const save = (blob) => {
        const link = element("a", "");
        link.href = URL.createObjectURL(blob);
        link.download = `${[app.pick(app.data.title), plans, app.state.today || PlanMap.today()].join("_").replace(/ /g, "-")}.png`;
        link.click();
        window.setTimeout(() => URL.revokeObjectURL(link.href), 10000);
        told(app.t("frame.picture_saved"));
      };
      PlanMap.picture(app, app.pictured()).then((blob) => {
        if (!copied) save(blob);
        else navigator.clipboard.write([new window.ClipboardItem({ "image/png": blob })]).then(() => told(app.t("frame.picture_copied")), () => save(blob));
      }, () => told(app.t("frame.picture_failed")));
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
        // Where neither way is open the text stays selected for the reader's own keys.
        const old = () => (document.execCommand("copy") ? done() : app.say(app.t("frame.copy_by_hand")));
        if (navigator.clipboard && window.isSecureContext) navigator.clipboard.writeText(value).then(done, old);
        else old();
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

  PlanMap.Dialog = Dialog;
  PlanMap.Share = Share;
  PlanMap.More = More;
})((window.PlanMap = window.PlanMap || {}));
