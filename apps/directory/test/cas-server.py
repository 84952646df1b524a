"""A CAS 3 server as a campus runs one: django-cas-server (Debian: python3-django-cas-server) with a database of its own.

Usage: cas-server.py PORT FOLDER SERVICE [NUMBER ...]. Each NUMBER may sign in as uid-NUMBER with the password "any"; the number
itself is the attribute xh. Who is first signs in with two factors: their authnContextClass is mfa-gauth. Says "ready" and serves until it is told to end.
"""

import re
import sys
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django
from django.conf import settings

port, folder, service, *numbers = sys.argv[1:]
settings.configure(
    DEBUG=True,
    SECRET_KEY="for tests",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{folder}/cas.sqlite3"}},
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "django.contrib.staticfiles",
        "cas_server",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.locale.LocaleMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    STATIC_URL="/static/",
    CAS_NEW_VERSION_HTML_WARNING=False,
)
django.setup()

from cas_server.models import ReplaceAttributName, ServicePattern  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.urls import include, re_path  # noqa: E402

urlpatterns = [re_path("^cas/", include("cas_server.urls", namespace="cas_server"))]

call_command("migrate", verbosity=0)
for index, number in enumerate(numbers):
    context = "mfa-gauth" if index == 0 else "password"
    User.objects.create_user(f"uid-{number}", password="any", last_name=number, first_name=context)
pattern = ServicePattern.objects.create(pos=1, name="yizhan", pattern=f"^{re.escape(service)}", single_log_out=True)
ReplaceAttributName.objects.create(name="last_name", replace="xh", service_pattern=pattern)
ReplaceAttributName.objects.create(name="first_name", replace="authnContextClass", service_pattern=pattern)


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


with make_server("127.0.0.1", int(port), get_wsgi_application(), Server, Quiet) as server:
    print("ready", flush=True)
    server.serve_forever()
