"""Browser tests with real hands: keys, mouse and thumb come from the browser itself, not from scripts of the page."""

import json
from unittest.mock import patch

from odoo.tests import HttpCase, common, new_test_user
from odoo.tools.misc import file_path

PHONE, DESKTOP = "390x844", "1366x900"


class HandsBrowser(common.ChromeBrowser):
    """A browser that carries out the events that ``hands.js`` asks for, one after the other.

    Events of the DevTools protocol are trusted: they move the focus, tick boxes, scroll and drag as those
    of a person do. A file dialog that they open is answered with ``file``.
    """

    def __init__(self, test_case, **kwargs):
        super().__init__(test_case, **kwargs)
        self._handlers["Runtime.bindingCalled"] = self._handle_binding
        self._handlers["Page.fileChooserOpened"] = self._handle_file_chooser
        self._websocket_request("Runtime.addBinding", params={"name": "ariaHands"})
        self._websocket_request("Page.setInterceptFileChooserDialog", params={"enabled": True})

    def _handle_binding(self, payload, **_params):
        asked = json.loads(payload)
        self._do_next(asked["id"], iter(asked["events"]))

    def _do_next(self, id_, events, _done=None):
        event = next(events, None)
        if event is None:
            script = f"window.ariaHandsDone({int(id_)})"
            self._websocket_send("Runtime.evaluate", params={"expression": script})
            return
        method, params = event
        future = self._websocket_send(f"Input.{method}", params=params, with_future=True)
        if future:
            future.add_done_callback(lambda done: self._do_next(id_, events, done))

    def _handle_file_chooser(self, backendNodeId, **_params):  # noqa: N803: the protocol's name
        params = {"backendNodeId": backendNodeId, "files": [self.test_case.file]}
        self._websocket_send("DOM.setFileInputFiles", params=params)


class HandsCase(HttpCase):
    """People of the company at the desk and on the phone, in Persian."""

    file = file_path("aria_workflow/static/description/icon.png")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fa_IR")
        # addons that were installed without Persian, as in the database of the tests
        own = cls.env["ir.module.module"].search([("name", "in", cls.get_addons())])
        (own | own.upstream_dependencies(exclude_states=("uninstalled",)))._update_translations(
            ["fa_IR"]
        )

    @classmethod
    def get_addons(cls):
        """Return the names of the addons whose screens are read in Persian."""
        return ["aria_workflow"]

    @classmethod
    def make_person(cls, login, name, *groups, **values):
        """Return a new Persian employee."""
        return new_test_user(
            cls.env,
            login,
            groups=",".join(("base.group_user", *groups)),
            name=name,
            lang="fa_IR",
            tz="Asia/Tehran",
            notification_type="inbox",
            **values,
        )

    def browser_js(self, *args, **kwargs):
        # EXTENDS 'base'
        with patch.object(common, "ChromeBrowser", HandsBrowser):
            return super().browser_js(*args, **kwargs)

    def do_tour(self, tour, user, path="/odoo/aria-cartable", phone=False, timeout=180):
        """Let ``user`` do a tour, at the desk or on the phone."""
        self.browser_size, self.touch_enabled = (PHONE, True) if phone else (DESKTOP, False)
        self.start_tour(path, tour, login=user.login, timeout=timeout)
        self.env.invalidate_all()
