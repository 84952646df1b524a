#!/usr/bin/env bash
# django-mama-cas 2.5.0 (Django 4.2.27): single logout is by person and by their latest login, not by session. Somebody is signed in in
# two browsers; signing out in the one that signed in first sends a logout notice for the ticket of the other browser, and none for its own.
# The tickets that are told are those of the person validated since `last_login`, whichever browser they belong to.
# What follows: with such a server a service that ends "exactly the session of the ticket", as CAS Protocol 3.0 §2.3.3 lets it, ends the
# wrong one, and the browser that signed out stays signed in at the service until its own session ends.
# Needs Python 3 with venv, and pip. Fails when the behaviour changes.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet 'Django==4.2.27' 'django-mama-cas==2.5.0' 'requests==2.34.2' 'setuptools==65.5.0'

cat > ask.py <<'PY'
import re
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlencode

from django.conf import settings

told = []


class Service(BaseHTTPRequestHandler):
    """The service's address, which takes the notices."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        told.append(re.search(r"SessionIndex>([^<]+)<", parse_qs(body)["logoutRequest"][0]).group(1))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=server.serve_forever, daemon=True).start()
service = f"http://127.0.0.1:{server.server_port}/app"

settings.configure(
    SECRET_KEY="x",
    ALLOWED_HOSTS=["testserver"],
    ROOT_URLCONF="mama_cas.urls",
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "cas.sqlite3"}},
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages", "mama_cas"],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    MAMA_CAS_SERVICES=[{"SERVICE": "^http://127", "LOGOUT_ALLOW": True}],
)
import django

django.setup()
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

call_command("migrate", verbosity=0)
User.objects.create_user("zhang", password="any")


def sign_in():
    browser = Client()
    answer = browser.post(f"/login?{urlencode({'service': service})}", {"username": "zhang", "password": "any", "service": service})
    ticket = re.search(r"ticket=([^&]+)", answer["Location"]).group(1)
    asked = Client().get(f"/p3/serviceValidate?{urlencode({'service': service, 'ticket': ticket})}")
    assert b"authenticationSuccess" in asked.content, asked.content
    return browser, ticket


(first, ticket_of_first), (second, ticket_of_second) = sign_in(), sign_in()
first.get("/logout")
names = {ticket_of_first: "its own", ticket_of_second: "the other browser's"}
print("signing out in the first browser tells the service of:", ", ".join(names[ticket] for ticket in told) or "nothing")
PY

seen=$(venv/bin/python ask.py)
echo "$seen"
[ "$seen" = "signing out in the first browser tells the service of: the other browser's" ] || { echo 'Changed.'; exit 1; }
echo 'As described.'
