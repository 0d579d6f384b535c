"""The generic telephony interface: events in, the caller log out."""

from integrations.zammad.sandbox.call import Answer, Call, Route
from integrations.zammad.sandbox.errors import unprocessable
from integrations.zammad.sandbox.state import Desk

BACKENDS = (("CTI (generic)", "cti"), ("sipgate.io", "sipgate"), ("Placetel", "placetel"))


def enabled(desk: Desk) -> bool:
    setting = desk.table("settings").named("cti_integration")
    return bool(setting and setting["state_current"]["value"])


def event(call: Call, token: str) -> Answer:
    if not enabled(call.desk):
        raise unprocessable("Feature is disabled, please contact your administrator!", human=False)
    if call.form.get("direction") not in ("in", "out"):
        raise unprocessable("Invalid 'direction'!", human=False)
    return 200, {}


def log(call: Call) -> Answer:
    on = enabled(call.desk)
    backends = [{"name": name, "enabled": on and key == "cti", "url": f"#system/integration/{key}"}
                for name, key in BACKENDS]  # fmt: skip
    return 200, {"list": [], "assets": {}, "backends": backends}


ROUTES: tuple[Route, ...] = (("GET", "/cti/log", log),)
PUBLIC: tuple[Route, ...] = (("POST", "/cti/<token>", event),)
