"""The addresses of the portal's pages."""

from django.urls import path

from portal import views

app_name = "portal"
urlpatterns = [
    path("", views.index, name="index"),
    path("embed", views.embed, name="embed"),
    path("embed.js", views.embed_script, name="embed-script"),
    path("layers/<slug:id>", views.layer_page, name="layer"),
    path("help/", views.help_page, name="help"),
]
