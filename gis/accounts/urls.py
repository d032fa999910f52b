"""The addresses of the account pages."""

from django.urls import path

from gis.accounts import second, views

app_name = "accounts"
urlpatterns = [
    path("", views.account, name="account"),
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-in/second/", second.second, name="second"),
    path("sign-in/passkey/", second.passkey_sign_in, name="passkey-sign-in"),
    path("sign-in/passkey/ask/", second.ask, name="passkey-ask"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("confirm/", second.confirm, name="confirm"),
    path("password/", views.password, name="password"),
    path("security/", second.security, name="security"),
    path("security/app/", second.add_app, name="add-app"),
    path("security/passkey/", second.add_passkey, name="add-passkey"),
    path("security/passkey/begin/", second.begin_passkey, name="begin-passkey"),
    path("security/recovery/", second.recovery, name="recovery"),
    path("security/<int:pk>/remove/", second.remove, name="remove-factor"),
    path("security/sessions/", second.end_sessions, name="end-sessions"),
    path("tokens/", views.make_token, name="make-token"),
    path("tokens/<int:pk>/revoke/", views.revoke_token, name="revoke-token"),
]
