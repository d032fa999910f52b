"""The addresses of the portal's pages."""

from django.urls import path

from portal import app, codes, helping, phone, views

app_name = "portal"
urlpatterns = [
    path("", views.index, name="index"),
    path("embed", views.embed, name="embed"),
    path("embed.js", views.embed_script, name="embed-script"),
    path("patrol", phone.page, name="phone"),
    path("patrol/manifest.webmanifest", phone.manifest, name="phone-manifest"),
    path("patrol/worker.js", phone.worker, name="phone-worker"),
    path("n", phone.page, name="touched"),
    path("n/<str:code>", phone.page, name="touched-signed"),
    path("q/<str:code>", phone.page, name="scanned"),
    path("layers/<slug:id>", views.layer_page, name="layer"),
    path("help/", helping.index, name="help"),
    path("help/<slug:slug>", helping.page, name="help-page"),
    path("codes/<str:id>", codes.page, name="codes"),
    path("manifest.webmanifest", app.manifest, name="manifest"),
    path("sw.js", app.worker, name="worker"),
    path("offline", app.offline, name="offline"),
]
