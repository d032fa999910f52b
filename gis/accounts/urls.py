"""The addresses of the account pages."""

from django.urls import path

from gis.accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.account, name="account"),
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("password/", views.password, name="password"),
    path("tokens/", views.make_token, name="make-token"),
    path("tokens/<int:pk>/revoke/", views.revoke_token, name="revoke-token"),
]
