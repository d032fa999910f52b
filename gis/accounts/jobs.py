"""What is tidied of accounts: the record of sign-ins is kept as long as somebody may ask about it."""

from procrastinate.contrib.django import app

from gis.accounts import throttle


@app.periodic(cron="37 3 * * *")
@app.task(queueing_lock="forget-sign-ins", pass_context=False)
def forget_sign_ins(timestamp: int) -> int:
    """Each night: tries to sign in of half a year ago are deleted."""
    return throttle.forget()
