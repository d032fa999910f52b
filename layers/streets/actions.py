"""`/api/streets`: objects and documents as of any time, edits with If-Match, history, confirmation, acceptance, undo.

Planners, investigators and officers edit. Edits by police are seen at once as reported; public
works accept them, and their own edits are accepted as they are made.
"""

from layers.streets.api import reading, templates, writing
from layers.streets.api.answers import router

__all__ = ["reading", "router", "templates", "writing"]
