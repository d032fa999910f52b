"""What the worker does for processes: the jobs themselves, and tidying up after them."""

from procrastinate.contrib.django import app

from gis.processes import queue


@app.task(pass_context=False)
def run_process(job: str) -> None:
    """One job. If its worker is killed, another does it again from the start."""
    queue.work(job)


@app.periodic(cron="47 3 * * *")
@app.task(queueing_lock="forget-process-jobs", pass_context=False)
def forget_process_jobs(timestamp: int) -> int:
    """Each night: jobs and results older than ANTU_JOB_DAYS are deleted."""
    return queue.forget()


@app.periodic(cron="*/10 * * * *")
@app.task(queueing_lock="give-up-lost-process-jobs", pass_context=False)
def give_up_lost_process_jobs(timestamp: int) -> int:
    """Every ten minutes: a job that no queue holds any more fails with a sentence."""
    return queue.give_up_lost()
